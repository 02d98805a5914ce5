-- The topics' schemas are in the registry: the streams are made from them.
SET 'auto.offset.reset' = 'earliest';
IMPORT TOPICS LIKE 'postgres_cdc.public.%' AS STREAMS;
