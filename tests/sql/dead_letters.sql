--@test: a record that can't be read goes to the dead-letter topic of its source
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM numbers (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON', ON_ERROR='DEAD_LETTER');
CREATE STREAM letters (k INT KEY, v VARCHAR, query BYTES HEADER('weir.error.query'), type BYTES HEADER('weir.error.type'),
                       operator BYTES HEADER('weir.error.operator'), source BYTES HEADER('weir.error.source'),
                       topic BYTES HEADER('weir.error.topic'), place BYTES HEADER('weir.error.offset'))
  WITH (KAFKA_TOPIC='numbers-dead-letters', VALUE_FORMAT='KAFKA');
CREATE STREAM good AS SELECT k, n + 1 AS m FROM numbers EMIT CHANGES;
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, v, FROM_BYTES(query, 'utf8') AS query, FROM_BYTES(type, 'utf8') AS type, FROM_BYTES(operator, 'utf8') AS operator,
    FROM_BYTES(source, 'utf8') AS source, FROM_BYTES(topic, 'utf8') AS topic, FROM_BYTES(place, 'utf8') AS place
  FROM letters EMIT CHANGES;
INSERT INTO raw (rowtime, k, v) VALUES (1, 1, '{"N": 1}');
INSERT INTO raw (rowtime, k, v) VALUES (2, 1, '{"N": ');
INSERT INTO raw (rowtime, k, v) VALUES (3, 1, '{"N": 3}');
INSERT INTO raw (rowtime, k, v) VALUES (4, 1, 'no json');
ASSERT VALUES good (rowtime, k, m) VALUES (1, 1, 2);
ASSERT VALUES good (rowtime, k, m) VALUES (3, 1, 4);
ASSERT VALUES told (rowtime, k, v, query, type, operator, source, topic, place)
  VALUES (2, 1, '{"N": ', 'CSAS_GOOD_0', 'DESERIALIZATION_ERROR_VALUE', 'JSON', 'NUMBERS', 'numbers', '1');
ASSERT VALUES told (rowtime, k, v, place) VALUES (4, 1, 'no json', '3');
ASSERT VALUES KSQL_PROCESSING_LOG (logger, query_id, type, topic_offset, record_value) VALUES ('CSAS_GOOD_0', 'CSAS_GOOD_0', 'DESERIALIZATION_ERROR_VALUE', 1, '{"N": ');

--@test: two queries over one source have a dead letter each
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM numbers (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON', ON_ERROR='dead_letter', DEAD_LETTER_TOPIC='bad');
CREATE STREAM letters (k INT KEY, v VARCHAR, query BYTES HEADER('weir.error.query')) WITH (KAFKA_TOPIC='bad', VALUE_FORMAT='KAFKA');
CREATE STREAM one AS SELECT * FROM numbers EMIT CHANGES;
CREATE STREAM two AS SELECT * FROM numbers EMIT CHANGES;
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, FROM_BYTES(query, 'utf8') AS query FROM letters EMIT CHANGES;
INSERT INTO raw (rowtime, k, v) VALUES (2, 2, '[');
ASSERT VALUES told (k, query) VALUES (2, 'CSAS_ONE_0');
ASSERT VALUES told (k, query) VALUES (2, 'CSAS_TWO_1');

--@test: a query's own word goes before its source's
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM numbers (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON', ON_ERROR='FAIL');
CREATE STREAM good WITH (ON_ERROR='DEAD_LETTER') AS SELECT * FROM numbers EMIT CHANGES;
CREATE STREAM letters (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='GOOD-dead-letters', VALUE_FORMAT='KAFKA');
INSERT INTO raw (rowtime, k, v) VALUES (2, 2, '[');
INSERT INTO raw (rowtime, k, v) VALUES (3, 3, '{"N": 3}');
ASSERT VALUES good (k, n) VALUES (3, 3);
ASSERT VALUES letters (k, v) VALUES (2, '[');

--@test: ON_ERROR FAIL ends the query with the record's place
--@expected.error: query
--@expected.message: can't be processed (JSON): value of topic numbers is not valid JSON: unknown word at byte 0. ON_ERROR is 'FAIL', so the query ends here. RESUME CSAS_GOOD_0 goes on
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM numbers (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON', ON_ERROR='FAIL');
CREATE STREAM good AS SELECT * FROM numbers EMIT CHANGES;
CREATE STREAM other WITH (ON_ERROR='SKIP') AS SELECT * FROM numbers EMIT CHANGES;
INSERT INTO raw (rowtime, k, v) VALUES (1, 1, '{"N": 1}');
INSERT INTO raw (rowtime, k, v) VALUES (2, 2, 'nothing');
INSERT INTO raw (rowtime, k, v) VALUES (3, 3, '{"N": 3}');
ASSERT VALUES good (k, n) VALUES (1, 1);
ASSERT VALUES other (k, n) VALUES (1, 1);
ASSERT VALUES other (k, n) VALUES (3, 3);

--@test: RESUME takes the record that ended the query again, and what came after it
CREATE STREAM s (k INT KEY, a VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='FAIL') AS SELECT k, CAST(a AS INT) AS a FROM s EMIT CHANGES;
INSERT INTO s (k, a) VALUES (1, '1');
INSERT INTO s (k, a) VALUES (2, 'two');
INSERT INTO s (k, a) VALUES (3, '3');
CREATE OR REPLACE STREAM o WITH (ON_ERROR='SKIP') AS SELECT k, CAST(a AS INT) AS a FROM s EMIT CHANGES;
INSERT INTO s (k, a) VALUES (4, '4');
ASSERT VALUES o (k, a) VALUES (1, 1);
ASSERT VALUES o (k, a) VALUES (2, NULL);
ASSERT VALUES o (k, a) VALUES (3, 3);
ASSERT VALUES o (k, a) VALUES (4, 4);

--@test: an expression that fails is NULL and no dead letter, but a row that is lost by it is one
CREATE STREAM s (k INT KEY, a VARCHAR, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='bad') AS SELECT k, CAST(a AS INT) AS a FROM s WHERE 10 / n > 1 EMIT CHANGES;
CREATE STREAM letters (k INT KEY, v VARCHAR, type BYTES HEADER('weir.error.type')) WITH (KAFKA_TOPIC='bad', VALUE_FORMAT='KAFKA');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, v, FROM_BYTES(type, 'utf8') AS type FROM letters EMIT CHANGES;
INSERT INTO s (k, a, n) VALUES (1, 'x', 1);
INSERT INTO s (k, a, n) VALUES (2, '2', 0);
INSERT INTO s (k, a, n) VALUES (3, '3', 100);
INSERT INTO s (k, a, n) VALUES (4, '4', 2);
ASSERT VALUES o (k, a) VALUES (1, NULL);
ASSERT VALUES o (k, a) VALUES (4, 4);
ASSERT VALUES told (k, v, type) VALUES (2, '{"A":"2","N":0}', 'EVALUATION_ERROR');

--@test: ON_ERROR FAIL takes an expression that fails for an error as well
--@expected.error: query
--@expected.message: ON_ERROR is 'FAIL', so the query ends here. RESUME CSAS_O_0
CREATE STREAM s (k INT KEY, a VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='FAIL') AS SELECT k, CAST(a AS INT) AS a FROM s EMIT CHANGES;
INSERT INTO s (k, a) VALUES (1, 'x');

--@test: a row without a key for its group is a dead letter with the source record
CREATE STREAM s (k INT KEY, g VARCHAR, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='bad') AS SELECT g, COUNT(*) AS c FROM s GROUP BY g EMIT CHANGES;
CREATE STREAM letters (k INT KEY, v VARCHAR, type BYTES HEADER('weir.error.type')) WITH (KAFKA_TOPIC='bad', VALUE_FORMAT='KAFKA');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, v, FROM_BYTES(type, 'utf8') AS type FROM letters EMIT CHANGES;
INSERT INTO s (k, g, n) VALUES (1, 'x', 1);
INSERT INTO s (k, n) VALUES (2, 0);
INSERT INTO s (k, g, n) VALUES (3, 'x', 0);
ASSERT VALUES o (g, c) VALUES ('x', 1);
ASSERT VALUES o (g, c) VALUES ('x', 2);
ASSERT VALUES told (k, v, type) VALUES (2, '{"G":null,"N":0}', 'NULL_KEY');

--@test: a stream's row without a key for its join is a dead letter
CREATE STREAM l (k INT KEY, a INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE STREAM r (k INT KEY, b INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='DEAD_LETTER') AS SELECT l.k AS k, a, b FROM l JOIN r WITHIN 1 HOUR ON l.k = r.k EMIT CHANGES;
CREATE STREAM letters (k INT KEY, v VARCHAR, type BYTES HEADER('weir.error.type'), topic BYTES HEADER('weir.error.topic')) WITH (KAFKA_TOPIC='O-dead-letters', VALUE_FORMAT='KAFKA');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, v, FROM_BYTES(type, 'utf8') AS type, FROM_BYTES(topic, 'utf8') AS topic FROM letters EMIT CHANGES;
INSERT INTO l (k, a) VALUES (1, 1);
INSERT INTO r (b) VALUES (7);
INSERT INTO r (k, b) VALUES (1, 8);
ASSERT VALUES o (k, a, b) VALUES (1, 1, 8);
ASSERT VALUES told (k, v, type, topic) VALUES (NULL, '{"B":7}', 'NULL_KEY', 'r');

--@test: the record's own headers stay
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM numbers (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON', ON_ERROR='DEAD_LETTER');
CREATE STREAM letters (k INT KEY, v VARCHAR, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (KAFKA_TOPIC='numbers-dead-letters', VALUE_FORMAT='KAFKA');
CREATE STREAM first AS SELECT * FROM numbers EMIT CHANGES;
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, h[1]->key AS first_header, FROM_BYTES(h[1]->value, 'utf8') AS first_value FROM letters EMIT CHANGES;
INSERT INTO raw (k, v) VALUES (1, '{');
ASSERT VALUES told (k, first_header, first_value) VALUES (1, 'weir.error.query', 'CSAS_FIRST_0');

--@test: ON_ERROR has three words
--@expected.error: invalid
--@expected.message: ON_ERROR is 'SKIP', 'FAIL' or 'DEAD_LETTER', not 'IGNORE'
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', ON_ERROR='IGNORE');

--@test: a dead-letter topic needs ON_ERROR
--@expected.error: invalid
--@expected.message: DEAD_LETTER_TOPIC means nothing without ON_ERROR = 'DEAD_LETTER'
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', DEAD_LETTER_TOPIC='bad');

--@test: dead letters can't go where the query reads
--@expected.error: invalid
--@expected.message: DEAD_LETTER_TOPIC 's' is a topic that the query itself reads or writes
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='s') AS SELECT * FROM s EMIT CHANGES;

--@test: ON_ERROR of INSERT INTO … SELECT
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM numbers (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON');
CREATE STREAM o (k INT KEY, n INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON');
INSERT INTO o WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='bad') SELECT * FROM numbers EMIT CHANGES;
CREATE STREAM letters (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='bad', VALUE_FORMAT='KAFKA');
INSERT INTO raw (k, v) VALUES (1, '{');
ASSERT VALUES letters (k, v) VALUES (1, '{');

--@test: dead letters come in again once the query can read them, once each
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM s (k INT KEY, n VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='DEAD_LETTER') AS SELECT k, n FROM s WHERE CAST(n AS INT) > 0 EMIT CHANGES;
CREATE STREAM other WITH (ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='O-dead-letters') AS SELECT k, n FROM s WHERE CAST(n AS INT) > 0 EMIT CHANGES;
INSERT INTO raw (rowtime, k, v) VALUES (10, 1, '{"N": 1}');
INSERT INTO raw (rowtime, k, v) VALUES (20, 2, '{"N": "two"}');
INSERT INTO raw (rowtime, k, v) VALUES (30, 3, '{"N": 3}');
CREATE OR REPLACE STREAM o WITH (ON_ERROR='DEAD_LETTER') AS SELECT k, n FROM s WHERE CAST(REPLACE(n, 'two', '2') AS INT) > 0 EMIT CHANGES;
REPLAY DEAD LETTERS FOR CSAS_O_0;
REPLAY DEAD LETTERS FOR CSAS_O_0;
INSERT INTO raw (rowtime, k, v) VALUES (40, 4, '{"N": 4}');
ASSERT VALUES o (rowtime, k, n) VALUES (10, 1, '1');
ASSERT VALUES o (rowtime, k, n) VALUES (30, 3, '3');
ASSERT VALUES o (rowtime, k, n) VALUES (20, 2, 'two');
ASSERT VALUES o (rowtime, k, n) VALUES (40, 4, '4');
ASSERT VALUES other (rowtime, k, n) VALUES (10, 1, '1');
ASSERT VALUES other (rowtime, k, n) VALUES (30, 3, '3');
ASSERT VALUES other (rowtime, k, n) VALUES (40, 4, '4');

--@test: a dead letter that fails again has its first place
CREATE STREAM raw (k INT KEY, v VARCHAR) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='KAFKA');
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='numbers', VALUE_FORMAT='JSON', ON_ERROR='DEAD_LETTER');
CREATE STREAM o AS SELECT k, n FROM s EMIT CHANGES;
CREATE STREAM letters (k INT KEY, v VARCHAR, h ARRAY<STRUCT<key STRING, value BYTES>> HEADERS) WITH (KAFKA_TOPIC='numbers-dead-letters', VALUE_FORMAT='KAFKA');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS
  SELECT k, v, ARRAY_LENGTH(h) AS headers, FROM_BYTES(FILTER(h, x => x->key = 'weir.error.offset')[1]->value, 'utf8') AS place FROM letters EMIT CHANGES;
INSERT INTO raw (k, v) VALUES (1, '{"N": 1}');
INSERT INTO raw (k, v) VALUES (2, '{"N": "two"}');
REPLAY DEAD LETTERS FOR CSAS_O_0;
ASSERT VALUES told (k, v, headers, place) VALUES (2, '{"N": "two"}', 11, '1');
ASSERT VALUES told (k, v, headers, place) VALUES (2, '{"N": "two"}', 11, '1');

--@test: dead letters behind a repartition come in again there, and into a join on its side
CREATE STREAM l (k INT KEY, g INT, a VARCHAR) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE STREAM r (k INT KEY, b INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (ON_ERROR='DEAD_LETTER') AS SELECT l.g AS g, a, b FROM l JOIN r WITHIN 1 HOUR ON l.g = r.k EMIT CHANGES;
INSERT INTO r (rowtime, k, b) VALUES (1, 7, 70);
INSERT INTO l (rowtime, k, a) VALUES (2, 1, 'no key');
INSERT INTO l (rowtime, k, g, a) VALUES (3, 2, 7, 'good');
CREATE OR REPLACE STREAM o WITH (ON_ERROR='DEAD_LETTER') AS SELECT l.g AS g, a, b FROM l JOIN r WITHIN 1 HOUR ON l.g = r.k EMIT CHANGES;
REPLAY DEAD LETTERS FOR CSAS_O_0;
INSERT INTO l (rowtime, k, g, a) VALUES (4, 2, 7, 'last');
ASSERT VALUES o (g, a, b) VALUES (7, 'good', 70);
ASSERT VALUES o (g, a, b) VALUES (7, 'last', 70);

--@test: a row that fails behind an aggregation isn't counted twice by REPLAY
CREATE STREAM s (k INT KEY, a VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (ON_ERROR='DEAD_LETTER') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k HAVING 1 / (COUNT(*) - 2) < 5 EMIT CHANGES;
INSERT INTO s (k, a) VALUES (1, 'a');
INSERT INTO s (k, a) VALUES (1, 'b');
REPLAY DEAD LETTERS FOR CTAS_O_0;
INSERT INTO s (k, a) VALUES (1, 'c');
ASSERT VALUES o (k, c) VALUES (1, 1);
ASSERT NULL VALUES o (k) KEY (1);
ASSERT VALUES o (k, c) VALUES (1, 3);

--@test: REPLAY needs a query with dead letters
--@expected.error: invalid
--@expected.message: The query CSAS_O_0 has no dead letters: neither it nor a source of it has ON_ERROR = 'DEAD_LETTER'
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o AS SELECT * FROM s EMIT CHANGES;
REPLAY DEAD LETTERS FOR CSAS_O_0;

--@test: REPLAY's words are no keywords elsewhere
CREATE STREAM replay (k INT KEY, dead INT, letters INT, `FOR` INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o AS SELECT k, dead AS letters, letters AS dead, for FROM replay EMIT CHANGES;
INSERT INTO replay (k, dead, letters, for) VALUES (1, 2, 3, 4);
ASSERT VALUES o (k, letters, dead, for) VALUES (1, 2, 3, 4);
