-- ASSERT TOPIC and ASSERT SCHEMA.

--@test: topics that are there
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
ASSERT TOPIC s;
ASSERT TOPIC s WITH (PARTITIONS=1, REPLICAS=1) TIMEOUT 1 SECOND;
ASSERT NOT EXISTS TOPIC other TIMEOUT 10 MILLISECONDS;

--@test: a topic that is missing
--@expected.error: invalid
--@expected.message: The topic nowhere does not exist
ASSERT TOPIC nowhere TIMEOUT 10 MILLISECONDS;

--@test: a topic with other partitions
--@expected.error: invalid
--@expected.message: PARTITIONS=1, not 7
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
ASSERT TOPIC s WITH (PARTITIONS=7) TIMEOUT 10 MILLISECONDS;

--@test: schemas
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON_SR', PARTITIONS=1);
ASSERT SCHEMA SUBJECT 's-value';
ASSERT SCHEMA ID 1;
ASSERT SCHEMA SUBJECT 's-value' ID 1 TIMEOUT 1 SECOND;
ASSERT NOT EXISTS SCHEMA SUBJECT 'other-value' TIMEOUT 10 MILLISECONDS;

--@test: a schema that is missing
--@expected.error: invalid
--@expected.message: other-value
ASSERT SCHEMA SUBJECT 'other-value' TIMEOUT 10 MILLISECONDS;
