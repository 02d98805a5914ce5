-- Statements about the catalog, queries and the session. What they print is tested elsewhere; here, that they work and what they leave.

--@test: everything that can be shown
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE T (K INT PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM O AS SELECT K, A FROM S EMIT CHANGES;
SHOW STREAMS; LIST STREAMS; SHOW STREAMS EXTENDED; SHOW TABLES; SHOW TABLES EXTENDED; SHOW TOPICS; SHOW ALL TOPICS; SHOW TOPICS EXTENDED;
SHOW QUERIES; SHOW QUERIES EXTENDED; SHOW FUNCTIONS; SHOW PROPERTIES; SHOW TYPES; SHOW VARIABLES; SHOW SERVERS; LIST SERVERS; SHOW CONNECTORS; SHOW SOURCE CONNECTORS; SHOW CONNECTOR PLUGINS;
DESCRIBE S; DESCRIBE S EXTENDED; DESCRIBE STREAMS; DESCRIBE TABLES EXTENDED; DESCRIBE FUNCTION UCASE; DESCRIBE FUNCTION COUNT;
EXPLAIN SELECT * FROM S EMIT CHANGES;
EXPLAIN CREATE STREAM P AS SELECT * FROM S;
EXPLAIN CSAS_O_0;

--@test: what EXPLAIN looks at isn't made
--@expected.error: invalid
--@expected.message: P
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
EXPLAIN CREATE STREAM P AS SELECT * FROM S;
CREATE STREAM Q AS SELECT * FROM P;

--@test: a function that doesn't exist can't be described
--@expected.error: invalid
--@expected.message: Did you mean UCASE
DESCRIBE FUNCTION UCASES;

--@test: a source that doesn't exist can't be described
--@expected.error: invalid
--@expected.message: NOWHERE
DESCRIBE NOWHERE;

--@test: properties are set for what follows, and unset
SET 'ksql.persistence.default.format.value' = 'JSON';
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);
ASSERT STREAM S (K INT KEY, A INT) WITH (VALUE_FORMAT='JSON');
UNSET 'ksql.persistence.default.format.value';

--@test: without a default the format must be given
--@expected.error: invalid
--@expected.message: VALUE_FORMAT
SET 'ksql.persistence.default.format.value' = 'JSON';
UNSET 'ksql.persistence.default.format.value';
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);

--@test: a source that a query reads can't be dropped
--@expected.error: invalid
--@expected.message: CSAS_O_0
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM O AS SELECT * FROM S;
DROP STREAM S;

--@test: sources go with their topics
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM O AS SELECT * FROM S;
ASSERT TOPIC O;
DROP STREAM O DELETE TOPIC;
ASSERT NOT EXISTS TOPIC O;
DROP STREAM S;
DROP STREAM IF EXISTS S;
DROP TABLE IF EXISTS NOWHERE;
ASSERT TOPIC s;

--@test: a query pauses, goes on and ends
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM O AS SELECT * FROM S;
PAUSE CSAS_O_0;
RESUME CSAS_O_0;
PAUSE ALL;
RESUME ALL;
TERMINATE CSAS_O_0;
TERMINATE ALL;

--@test: a query that doesn't exist
--@expected.error: invalid
--@expected.message: CSAS_P_0
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM O AS SELECT * FROM S;
PAUSE CSAS_P_0;

--@test: a stream is replaced by one with more columns
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE OR REPLACE STREAM S (K INT KEY, A INT, B INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
ASSERT STREAM S (K INT KEY, A INT, B INT);

--@test: a connector comes and goes
CREATE SOURCE CONNECTOR IF NOT EXISTS G WITH ('connector.class'='DatagenSource', 'quickstart'='users', 'count'='0');
SHOW CONNECTORS;
DESCRIBE CONNECTOR G;
DROP CONNECTOR G;
DROP CONNECTOR IF EXISTS G;

--@test: a connector of a class that there isn't
--@expected.error: invalid
--@expected.message: DatagenSource
CREATE SOURCE CONNECTOR G WITH ('connector.class'='DatagenSauce', 'quickstart'='users');

--@test: topics with schemas become streams
CREATE STREAM S (K INT KEY, `Name` VARCHAR) WITH (KAFKA_TOPIC='shop.public.buyers', FORMAT='JSON_SR', PARTITIONS=1);
DROP STREAM S;
IMPORT TOPICS LIKE 'shop.public.%' AS STREAMS;
DESCRIBE SHOPPUBLICBUYERS;

--@test: a script of others
RUN SCRIPT 'declares_s.script.sql';
INSERT INTO S (K, A) VALUES (1, 2);
ASSERT VALUES S (K, A) VALUES (1, 2);

--@test: variables
DEFINE topic = 'clicks';
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='JSON', PARTITIONS=1);
UNDEFINE topic;
ASSERT TOPIC clicks;

--@test: a push query of a stream from a place in it
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
SELECT K, A FROM S AT OFFSET 0 WHERE A > 1 EMIT CHANGES LIMIT 1;
SELECT * FROM S AT EARLIEST EMIT CHANGES LIMIT 1;
PRINT s FROM BEGINNING LIMIT 1;

--@test: ALTER SYSTEM holds for the statements that follow, unless SET says otherwise
ALTER SYSTEM 'ksql.persistence.default.format.value' = 'JSON';
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s');
ASSERT STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
SET 'ksql.persistence.default.format.value' = 'DELIMITED';
CREATE STREAM D (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='d');
ASSERT STREAM D (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='DELIMITED');
UNSET 'ksql.persistence.default.format.value';
CREATE STREAM J (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='j');
ASSERT STREAM J (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='j', VALUE_FORMAT='JSON');

--@test: ALTER SYSTEM of what belongs to the process
--@expected.error: invalid
--@expected.message: 'num.threads' belongs to the whole process
ALTER SYSTEM 'ksql.num.threads' = '3';

--@test: queries go on over ALTER SYSTEM
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE N AS SELECT K, COUNT(*) AS C FROM S GROUP BY K;
INSERT INTO S VALUES ('k', 1);
ALTER SYSTEM 'ksql.streams.cache.max.bytes.buffering' = '1000000';
INSERT INTO S VALUES ('k', 2);
ASSERT VALUES N (K, C) VALUES ('k', 1);
ASSERT VALUES N (K, C) VALUES ('k', 2);

--@test: groups are kept for a week
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 7 DAYS, GRACE PERIOD 1 HOUR) GROUP BY K;
INSERT INTO S (ROWTIME, K, A) VALUES (0, 'x', 1);
ASSERT VALUES O (K, N) VALUES ('x', 1);

--@test: less retention than the window needs
--@expected.error: invalid
--@expected.message: RETENTION
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT K, COUNT(*) AS N FROM S WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 10 MINUTES) GROUP BY K;
