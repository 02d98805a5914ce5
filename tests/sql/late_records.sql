--@test: rows that come after their window has closed go to the late topic
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (LATE_TOPIC='s-late') AS SELECT k, COUNT(*) AS c FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k EMIT CHANGES;
CREATE STREAM late (k INT KEY, n INT, type BYTES HEADER('weir.error.type'), query BYTES HEADER('weir.error.query'), message BYTES HEADER('weir.error.message'), place BYTES HEADER('weir.error.offset'))
  WITH (KAFKA_TOPIC='s-late', VALUE_FORMAT='JSON');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, n, FROM_BYTES(type, 'utf8') AS type, FROM_BYTES(query, 'utf8') AS query, FROM_BYTES(message, 'utf8') AS message, FROM_BYTES(place, 'utf8') AS place FROM late EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (25000, 1, 2);
INSERT INTO s (rowtime, k, n) VALUES (2000, 1, 3);
INSERT INTO s (rowtime, k, n) VALUES (26000, 1, 4);
ASSERT VALUES o (windowstart, k, c) VALUES (0, 1, 1);
ASSERT VALUES o (windowstart, k, c) VALUES (20000, 1, 1);
ASSERT VALUES o (windowstart, k, c) VALUES (20000, 1, 2);
ASSERT VALUES told (rowtime, k, n, type, query, message, place)
  VALUES (2000, 1, 3, 'LATE_RECORD', 'CTAS_O_0', 'the row of time 2000 came when its window had closed at stream time 25000; it is not counted there', '2');

--@test: without a late topic late rows are in the processing log
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (ON_ERROR='FAIL') AS SELECT k, COUNT(*) AS c FROM s WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (25000, 1, 2);
INSERT INTO s (rowtime, k, n) VALUES (2000, 1, 3);
ASSERT VALUES KSQL_PROCESSING_LOG (logger, type, record_value) VALUES ('CTAS_O_0', 'LATE_RECORD', '{"N":3}');

--@test: rows of sessions and of joins are late as well
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM t (k INT KEY, m INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (LATE_TOPIC='late') AS SELECT k, COUNT(*) AS c FROM s WINDOW SESSION (10 SECONDS, GRACE PERIOD 0 SECONDS) GROUP BY k EMIT CHANGES;
CREATE STREAM j WITH (LATE_TOPIC='late') AS SELECT s.k AS k, n, m FROM s JOIN t WITHIN 1 SECOND GRACE PERIOD 0 SECONDS ON s.k = t.k EMIT CHANGES;
CREATE STREAM late (k INT KEY, n INT, query BYTES HEADER('weir.error.query')) WITH (KAFKA_TOPIC='late', VALUE_FORMAT='JSON');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, n, FROM_BYTES(query, 'utf8') AS query FROM late EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (90000, 1, 2);
INSERT INTO s (rowtime, k, n) VALUES (2000, 1, 3);
ASSERT VALUES told (rowtime, k, n, query) VALUES (2000, 1, 3, 'CTAS_O_0');
ASSERT VALUES told (rowtime, k, n, query) VALUES (2000, 1, 3, 'CSAS_J_1');

--@test: LATE_TOPIC needs windows
--@expected.error: invalid
--@expected.message: LATE_TOPIC needs a query with windows or a join of streams
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (LATE_TOPIC='late') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;

--@test: LATE_TOPIC is for queries
--@expected.error: invalid
--@expected.message: LATE_TOPIC belongs to a query with windows or a join of streams
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', LATE_TOPIC='late');
