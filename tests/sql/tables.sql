-- Tables as sources: rows are replaced by key.

--@test: a table's rows go on as changes
CREATE TABLE T (K VARCHAR PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT K, A * 2 AS B FROM T;
ASSERT TABLE O (K VARCHAR PRIMARY KEY, B INT);
INSERT INTO T (ROWTIME, K, A) VALUES (1, 'x', 1);
INSERT INTO T (ROWTIME, K, A) VALUES (2, 'x', 2);
ASSERT VALUES O (ROWTIME, K, B) VALUES (1, 'x', 2);
ASSERT VALUES O (ROWTIME, K, B) VALUES (2, 'x', 4);

--@test: a row that no longer passes the filter is deleted, one that never did isn't mentioned
CREATE TABLE T (K VARCHAR PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT K, A FROM T WHERE A > 10;
INSERT INTO T (K, A) VALUES ('never', 1);
INSERT INTO T (K, A) VALUES ('x', 11);
INSERT INTO T (K, A) VALUES ('x', 5);
INSERT INTO T (K, A) VALUES ('x', 6);
INSERT INTO T (K, A) VALUES ('x', 12);
ASSERT VALUES O (K, A) VALUES ('x', 11);
ASSERT NULL VALUES O (K) KEY ('x');
ASSERT VALUES O (K, A) VALUES ('x', 12);

--@test: a key of two columns
CREATE TABLE T (K VARCHAR PRIMARY KEY, L INT PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', FORMAT='JSON');
CREATE TABLE O AS SELECT * FROM T WHERE A > 0;
INSERT INTO T (K, L, A) VALUES ('x', 1, 1);
INSERT INTO T (K, L, A) VALUES ('x', 2, -1);
INSERT INTO T (K, L, A) VALUES ('x', 1, -5);
ASSERT VALUES O (K, L, A) VALUES ('x', 1, 1);
ASSERT NULL VALUES O (K, L) KEY ('x', 1);

--@test: a stream can't be made from a table
--@expected.error: invalid
--@expected.message: CREATE TABLE O
CREATE TABLE T (K VARCHAR PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT * FROM T;

--@test: nor a table from a stream, without grouping
--@expected.error: invalid
--@expected.message: CREATE STREAM O
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT * FROM S;

--@test: PARTITION BY is not for tables
--@expected.error: invalid
--@expected.message: PARTITION BY
CREATE TABLE T (K VARCHAR PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT * FROM T PARTITION BY A;

--@test: the primary key must be selected
--@expected.error: invalid
--@expected.message: K
CREATE TABLE T (K VARCHAR PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE O AS SELECT A FROM T;
