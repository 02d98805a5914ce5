-- ALTER STREAM|TABLE … ADD COLUMN.

--@test: a stream with more columns
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM BEFORE AS SELECT * FROM S;
ALTER STREAM S ADD COLUMN B INT, C STRUCT<X INT>;
ASSERT STREAM S (K INT KEY, A INT, B INT, C STRUCT<X INT>);
CREATE STREAM AFTER AS SELECT * FROM S;
INSERT INTO S (K, A, B, C) VALUES (1, 2, 3, STRUCT(X := 4));
ASSERT VALUES BEFORE (K, A) VALUES (1, 2);
ASSERT VALUES AFTER (K, A, B, C) VALUES (1, 2, 3, STRUCT(X := 4));

--@test: a table with one more
CREATE TABLE T (K INT PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
ALTER TABLE T ADD B STRING;
ASSERT TABLE T (K INT PRIMARY KEY, A INT, B STRING);

--@test: a column that is there already
--@expected.error: invalid
--@expected.message: `A`
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
ALTER STREAM S ADD COLUMN A INT;

--@test: what a query writes
--@expected.error: invalid
--@expected.message: CREATE OR REPLACE
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT * FROM S;
ALTER STREAM O ADD COLUMN B INT;

--@test: a stream isn't altered as a table
--@expected.error: invalid
--@expected.message: STREAM
CREATE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
ALTER TABLE S ADD COLUMN B INT;

--@test: a source that is read-only
--@expected.error: invalid
--@expected.message: read-only
CREATE SOURCE STREAM S (K INT KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
ALTER STREAM S ADD COLUMN B INT;
