-- What is refused, and that the message names what is at fault.

--@test: an unknown column, with the nearest name
--@expected.error: invalid
--@expected.message: Did you mean AMOUNT?
CREATE STREAM S (K VARCHAR KEY, AMOUNT INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, AMUONT FROM S;

--@test: an unknown column in WHERE
--@expected.error: invalid
--@expected.message: NOPE
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, A FROM S WHERE NOPE = 1;

--@test: an unknown field of a struct
--@expected.error: invalid
--@expected.message: Did you mean CITY?
CREATE STREAM S (K VARCHAR KEY, P STRUCT<CITY VARCHAR>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, P->CITTY AS C FROM S;

--@test: an unknown stream, with the nearest name
--@expected.error: invalid
--@expected.message: ORDERS
CREATE STREAM ORDERS (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT * FROM ORDER_S;

--@test: an unknown alias
--@expected.error: invalid
--@expected.message: Z
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT X.K, Z.A FROM S X;

--@test: an unknown function, with the nearest name
--@expected.error: invalid
--@expected.message: SUBSTRING
CREATE STREAM S (K VARCHAR KEY, A VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, SUBSTRIN(A, 1) AS B FROM S;

--@test: arguments that no form of a function takes
--@expected.error: invalid
--@expected.message: UCASE
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, UCASE(A) AS B FROM S;

--@test: a column that both sides have needs its side's name
--@expected.error: invalid
--@expected.message: ambiguous
CREATE STREAM L (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE STREAM R (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT L.K, A FROM L JOIN R WITHIN 1 HOUR ON L.K = R.K;

--@test: two columns of one name
--@expected.error: invalid
--@expected.message: B
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, A AS B, A + 1 AS B FROM S;

--@test: a column declared twice
--@expected.error: invalid
--@expected.message: A
CREATE STREAM S (K VARCHAR KEY, A INT, A VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: a stream made twice
--@expected.error: invalid
--@expected.message: S
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: IF NOT EXISTS lets the first one be
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM IF NOT EXISTS S (K VARCHAR KEY, B VARCHAR) WITH (KAFKA_TOPIC='other', VALUE_FORMAT='JSON');
ASSERT STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s');

--@test: a stream that another query reads can't be dropped
--@expected.error: invalid
--@expected.message: CSAS_O_
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT * FROM S;
DROP STREAM S;

--@test: a reserved name
--@expected.error: invalid
--@expected.message: ROWTIME
CREATE STREAM S (K VARCHAR KEY, ROWTIME BIGINT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: an unknown type
--@expected.error: invalid
--@expected.message: NUMERAL
CREATE STREAM S (K VARCHAR KEY, A NUMERAL) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: an unknown format
--@expected.error: invalid
--@expected.message: JASON
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JASON');

--@test: an unknown property of WITH
--@expected.error: invalid
--@expected.message: VALUE_FORMT
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMT='JSON');

--@test: no topic named
--@expected.error: invalid
--@expected.message: KAFKA_TOPIC
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (VALUE_FORMAT='JSON', PARTITIONS=1);

--@test: a topic that isn't there, and nothing says how to make it
--@expected.error: invalid
--@expected.message: missing-topic
CREATE STREAM S WITH (KAFKA_TOPIC='missing-topic', VALUE_FORMAT='JSON_SR');

--@test: text where a number is needed
--@expected.error: invalid
--@expected.message: A
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO S (K, A) VALUES ('k', 'many');

--@test: more values than columns
--@expected.error: syntax
--@expected.message: 3 values
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO S (K, A) VALUES ('k', 1, 2);

--@test: a value for a column that isn't there
--@expected.error: invalid
--@expected.message: NOPE
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
INSERT INTO S (K, NOPE) VALUES ('k', 1);

--@test: arithmetic of a number and a text
--@expected.error: invalid
--@expected.message: INTEGER
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, A * K AS B FROM S;

--@test: a condition that is no BOOLEAN
--@expected.error: invalid
--@expected.message: BOOLEAN
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT * FROM S WHERE A + 1;

--@test: a cast that can't be
--@expected.error: invalid
--@expected.message: ARRAY<INTEGER>
CREATE STREAM S (K VARCHAR KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, CAST(A AS INT) AS B FROM S;

--@test: a projection without the key
--@expected.error: invalid
--@expected.message: K
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT A FROM S;

--@test: a projection of the key alone
--@expected.error: invalid
--@expected.message: no value columns
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K FROM S;

--@test: a join of streams without WITHIN
--@expected.error: invalid
--@expected.message: WITHIN
CREATE STREAM L (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE STREAM R (K VARCHAR KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT L.K, A, B FROM L JOIN R ON L.K = R.K;

--@test: a join of keys of different types
--@expected.error: invalid
--@expected.message: R.K is INTEGER
CREATE STREAM L (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE STREAM R (K INT KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT L.K, A, B FROM L JOIN R WITHIN 1 HOUR ON L.K = R.K;

--@test: a join on one side only
--@expected.error: invalid
--@expected.message: R
CREATE STREAM L (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE STREAM R (K VARCHAR KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT L.K, A, B FROM L JOIN R WITHIN 1 HOUR ON L.K = L.K;

--@test: a stream with a PRIMARY KEY
--@expected.error: syntax
--@expected.message: PRIMARY KEY
CREATE STREAM S (K VARCHAR PRIMARY KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: LIMIT on a query that runs for ever
--@expected.error: invalid
--@expected.message: LIMIT
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT * FROM S LIMIT 3;

--@test: a misspelt keyword
--@expected.error: syntax
--@expected.message: SELECT
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELCT K, A FROM S;

--@test: a bracket that isn't closed
--@expected.error: syntax
CREATE STREAM S (K VARCHAR KEY, A INT WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');

--@test: an undefined variable
--@expected.error: invalid
--@expected.message: TOPIC_OF_S
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='${topic_of_s}', VALUE_FORMAT='JSON');

--@test: a text that is no value of the type is refused where it is cast
--@expected.error: invalid
--@expected.message: 'x' is no value of type INTEGER
CREATE STREAM s (id INT KEY, name STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT id, CAST('x' AS INT) FROM s EMIT CHANGES;

--@test: a date that no calendar has is refused where it is cast
--@expected.error: invalid
--@expected.message: '2020-40-01' is no value of type DATE
CREATE STREAM s (id INT KEY, name STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT id, CAST('2020-40-01' AS DATE) FROM s EMIT CHANGES;

--@test: a regular expression that can't be read is refused when the query is made
--@expected.error: invalid
--@expected.message: the regular expression '(' is not valid
CREATE STREAM s (id INT KEY, name STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT id, REGEXP_EXTRACT('(', name) FROM s EMIT CHANGES;

--@test: a time zone that doesn't exist is refused when the query is made
--@expected.error: invalid
--@expected.message: Mars/Phobos
CREATE STREAM s (id INT KEY, name STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT id, FORMAT_TIMESTAMP(FROM_UNIXTIME(0), 'yyyy', 'Mars/Phobos') FROM s EMIT CHANGES;

--@test: a regular expression from data that can't be read gives NULL
CREATE STREAM s (id INT KEY, pattern STRING) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t AS SELECT id, REGEXP_EXTRACT(pattern, 'abc') AS found FROM s EMIT CHANGES;
INSERT INTO s VALUES (1, '(');
INSERT INTO s VALUES (2, 'b.');
ASSERT VALUES t (id, found) VALUES (1, NULL);
ASSERT VALUES t (id, found) VALUES (2, 'bc');
