-- A live survey in the change topics of two PostgreSQL tables, as a change capture writes them.
CREATE SOURCE CONNECTOR survey WITH (
  'connector.class' = 'DatagenSource',
  'quickstart' = 'survey',
  'topic.prefix' = 'postgres_cdc',
  'rate' = '50'
);
