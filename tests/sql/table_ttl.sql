-- TTL: a row of a table that wasn't updated for so long ends.

--@test: a group ends, is deleted from the topic, and begins anew
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c, SUM(n) AS total FROM s GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 5);
INSERT INTO s (rowtime, k, n) VALUES (11000, 1, 6);
INSERT INTO s (rowtime, k, n) VALUES (21001, 1, 7);
INSERT INTO s (rowtime, k, n) VALUES (22000, 1, 8);
ASSERT VALUES o (rowtime, k, c, total) VALUES (1000, 1, 1, 5);
ASSERT VALUES o (rowtime, k, c, total) VALUES (11000, 1, 2, 11);
ASSERT NULL VALUES o (rowtime, k) KEY (21001, 1);
ASSERT VALUES o (rowtime, k, c, total) VALUES (21001, 1, 1, 7);
ASSERT VALUES o (rowtime, k, c, total) VALUES (22000, 1, 2, 15);

--@test: a record of another key ends them too, in the order of their time
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (500, 2, 1);
INSERT INTO s (rowtime, k, n) VALUES (2000, 3, 1);
INSERT INTO s (rowtime, k, n) VALUES (3000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (50000, 4, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (1000, 1, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (500, 2, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (2000, 3, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (3000, 1, 2);
ASSERT NULL VALUES o (rowtime, k) KEY (10501, 2);
ASSERT NULL VALUES o (rowtime, k) KEY (12001, 3);
ASSERT NULL VALUES o (rowtime, k) KEY (13001, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (50000, 4, 1);

--@test: a record that comes late is counted while its group is there, and is late when it would begin one that has ended
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS', LATE_TOPIC='late') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
CREATE STREAM late (k INT KEY, n INT) WITH (KAFKA_TOPIC='late', VALUE_FORMAT='JSON');
CREATE STREAM told WITH (VALUE_FORMAT='JSON') AS SELECT k, n FROM late EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (50000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (20000, 1, 2);
INSERT INTO s (rowtime, k, n) VALUES (20000, 2, 3);
INSERT INTO s (rowtime, k, n) VALUES (40000, 3, 4);
ASSERT VALUES o (rowtime, k, c) VALUES (50000, 1, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (50000, 1, 2);
ASSERT VALUES o (rowtime, k, c) VALUES (40000, 3, 1);
ASSERT VALUES told (rowtime, k, n) VALUES (20000, 2, 3);

--@test: the end of a group that HAVING left out is no news
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k HAVING COUNT(*) > 1 EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 5);
INSERT INTO s (rowtime, k, n) VALUES (30000, 1, 5);
INSERT INTO s (rowtime, k, n) VALUES (31000, 1, 5);
INSERT INTO s (rowtime, k, n) VALUES (60000, 1, 5);
INSERT INTO s (rowtime, k, n) VALUES (61000, 1, 5);
ASSERT VALUES o (rowtime, k, c) VALUES (31000, 1, 2);
ASSERT NULL VALUES o (rowtime, k) KEY (41001, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (61000, 1, 2);

--@test: the deletions reach what reads the table
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
CREATE TABLE p AS SELECT k, c * 10 AS d FROM o WHERE c > 0;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (30000, 1, 1);
ASSERT VALUES p (rowtime, k, d) VALUES (1000, 1, 10);
ASSERT NULL VALUES p (rowtime, k) KEY (11001, 1);
ASSERT VALUES p (rowtime, k, d) VALUES (30000, 1, 10);

--@test: grouped by something else than the key
CREATE STREAM s (id INT KEY, k INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, id, k) VALUES (1000, 1, 7);
INSERT INTO s (rowtime, id, k) VALUES (2000, 1, 7);
INSERT INTO s (rowtime, id, k) VALUES (20000, 1, 7);
ASSERT VALUES o (rowtime, k, c) VALUES (1000, 7, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (2000, 7, 2);
ASSERT NULL VALUES o (rowtime, k) KEY (12001, 7);
ASSERT VALUES o (rowtime, k, c) VALUES (20000, 7, 1);

--@test: a projection of a table
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, a * 2 AS b FROM t;
INSERT INTO t (rowtime, k, a) VALUES (1000, 1, 1);
INSERT INTO t (rowtime, k, a) VALUES (9000, 1, 2);
INSERT INTO t (rowtime, k, a) VALUES (20000, 1, 3);
INSERT INTO t (rowtime, k, a) VALUES (5000, 1, 4);
INSERT INTO t (rowtime, k, a) VALUES (5000, 1, 5);
INSERT INTO t (rowtime, k, a) VALUES (21000, 1, 6);
ASSERT VALUES o (rowtime, k, b) VALUES (1000, 1, 2);
ASSERT VALUES o (rowtime, k, b) VALUES (9000, 1, 4);
ASSERT NULL VALUES o (rowtime, k) KEY (19001, 1);
ASSERT VALUES o (rowtime, k, b) VALUES (20000, 1, 6);
ASSERT NULL VALUES o (rowtime, k) KEY (5000, 1);
ASSERT VALUES o (rowtime, k, b) VALUES (21000, 1, 12);

--@test: a filtered table: only rows that passed are deleted, and what ends early by going back in time
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, a FROM t WHERE a > 10;
INSERT INTO t (rowtime, k, a) VALUES (9000, 1, 11);
INSERT INTO t (rowtime, k, a) VALUES (2000, 1, 12);
INSERT INTO t (rowtime, k, a) VALUES (13000, 1, 1);
INSERT INTO t (rowtime, k, a) VALUES (40000, 1, 13);
ASSERT VALUES o (rowtime, k, a) VALUES (9000, 1, 11);
ASSERT VALUES o (rowtime, k, a) VALUES (2000, 1, 12);
ASSERT NULL VALUES o (rowtime, k) KEY (12001, 1);
ASSERT VALUES o (rowtime, k, a) VALUES (40000, 1, 13);

--@test: a join of tables: both rows go when the newest of them has ended
CREATE TABLE a (k INT PRIMARY KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
CREATE TABLE b (k INT PRIMARY KEY, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT a.k AS k, x, y FROM a JOIN b ON a.k = b.k;
INSERT INTO a (rowtime, k, x) VALUES (1000, 1, 1);
INSERT INTO b (rowtime, k, y) VALUES (9000, 1, 2);
INSERT INTO b (rowtime, k, y) VALUES (18000, 1, 3);
INSERT INTO a (rowtime, k, x) VALUES (30000, 1, 4);
INSERT INTO b (rowtime, k, y) VALUES (31000, 1, 5);
ASSERT VALUES o (rowtime, k, x, y) VALUES (9000, 1, 1, 2);
ASSERT VALUES o (rowtime, k, x, y) VALUES (18000, 1, 1, 3);
ASSERT NULL VALUES o (rowtime, k) KEY (28001, 1);
ASSERT VALUES o (rowtime, k, x, y) VALUES (31000, 1, 4, 5);

--@test: an outer join of tables, with a condition: only rows of the result are deleted
CREATE TABLE a (k INT PRIMARY KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
CREATE TABLE b (k INT PRIMARY KEY, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT a.k AS k, x, y FROM a LEFT JOIN b ON a.k = b.k;
INSERT INTO b (rowtime, k, y) VALUES (500, 1, 1);
INSERT INTO b (rowtime, k, y) VALUES (20000, 1, 2);
INSERT INTO a (rowtime, k, x) VALUES (20500, 1, 3);
INSERT INTO a (rowtime, k, x) VALUES (40000, 1, 4);
INSERT INTO a (rowtime, k, x) VALUES (60000, 1, 5);
ASSERT VALUES o (rowtime, k, x, y) VALUES (20500, 1, 3, 2);
ASSERT NULL VALUES o (rowtime, k) KEY (30501, 1);
ASSERT VALUES o (rowtime, k, x, y) VALUES (40000, 1, 4, NULL);
ASSERT NULL VALUES o (rowtime, k) KEY (50001, 1);
ASSERT VALUES o (rowtime, k, x, y) VALUES (60000, 1, 5, NULL);

--@test: a stream doesn't find rows of a table that have ended
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL='10 SECONDS');
CREATE STREAM o AS SELECT s.k AS k, n, a FROM s LEFT JOIN t ON s.k = t.k;
INSERT INTO t (rowtime, k, a) VALUES (1000, 1, 10);
INSERT INTO s (rowtime, k, n) VALUES (2000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (11000, 1, 2);
INSERT INTO s (rowtime, k, n) VALUES (11001, 1, 3);
INSERT INTO s (rowtime, k, n) VALUES (5000, 1, 4);
INSERT INTO t (rowtime, k, a) VALUES (500, 1, 11);
INSERT INTO s (rowtime, k, n) VALUES (11002, 1, 5);
INSERT INTO t (rowtime, k, a) VALUES (12000, 1, 12);
INSERT INTO s (rowtime, k, n) VALUES (12000, 1, 6);
ASSERT VALUES o (rowtime, k, n, a) VALUES (2000, 1, 1, 10);
ASSERT VALUES o (rowtime, k, n, a) VALUES (11000, 1, 2, 10);
ASSERT VALUES o (rowtime, k, n, a) VALUES (11001, 1, 3, NULL);
ASSERT VALUES o (rowtime, k, n, a) VALUES (5000, 1, 4, NULL);
ASSERT VALUES o (rowtime, k, n, a) VALUES (11002, 1, 5, NULL);
ASSERT VALUES o (rowtime, k, n, a) VALUES (12000, 1, 6, 12);

--@test: nothing is written to a topic that isn't the query's, and other queries see the deletions as changes
CREATE TABLE t (k INT PRIMARY KEY, g INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL='10 SECONDS');
CREATE TABLE u (k INT PRIMARY KEY, g INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE p AS SELECT k, g FROM t;
CREATE TABLE groups AS SELECT g, COUNT(*) AS c FROM t GROUP BY g;
INSERT INTO t (rowtime, k, g) VALUES (1000, 1, 7);
INSERT INTO t (rowtime, k, g) VALUES (20000, 1, 8);
ASSERT VALUES t (rowtime, k, g) VALUES (1000, 1, 7);
ASSERT VALUES t (rowtime, k, g) VALUES (20000, 1, 8);
ASSERT VALUES p (rowtime, k, g) VALUES (1000, 1, 7);
ASSERT NULL VALUES p (rowtime, k) KEY (11001, 1);
ASSERT VALUES p (rowtime, k, g) VALUES (20000, 1, 8);
ASSERT VALUES groups (rowtime, g, c) VALUES (1000, 7, 1);
ASSERT VALUES groups (rowtime, g, c) VALUES (11001, 7, 0);
ASSERT VALUES groups (rowtime, g, c) VALUES (20000, 8, 1);

--@test: a join of tables of which one has a TTL
CREATE TABLE a (k INT PRIMARY KEY, x INT) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON');
CREATE TABLE b (k INT PRIMARY KEY, y INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', TTL='10 SECONDS');
CREATE TABLE o AS SELECT a.k AS k, x, y FROM a LEFT JOIN b ON a.k = b.k;
INSERT INTO a (rowtime, k, x) VALUES (1000, 1, 1);
INSERT INTO b (rowtime, k, y) VALUES (2000, 1, 2);
INSERT INTO a (rowtime, k, x) VALUES (12001, 1, 3);
INSERT INTO b (rowtime, k, y) VALUES (1500, 1, 4);
ASSERT VALUES o (rowtime, k, x, y) VALUES (1000, 1, 1, NULL);
ASSERT VALUES o (rowtime, k, x, y) VALUES (2000, 1, 1, 2);
ASSERT VALUES o (rowtime, k, x, y) VALUES (12001, 1, 1, NULL);
ASSERT VALUES o (rowtime, k, x, y) VALUES (12001, 1, 3, NULL);
ASSERT VALUES o (rowtime, k, x, y) VALUES (12001, 1, 3, NULL);

--@test: groups of a table's rows: the result's row ends, what it is made of doesn't
CREATE TABLE t (k INT PRIMARY KEY, g INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT g, COUNT(*) AS c FROM t GROUP BY g;
INSERT INTO t (rowtime, k, g) VALUES (1000, 1, 7);
INSERT INTO t (rowtime, k, g) VALUES (20000, 2, 7);
ASSERT VALUES o (rowtime, g, c) VALUES (1000, 7, 1);
ASSERT NULL VALUES o (rowtime, g) KEY (11001, 7);
ASSERT VALUES o (rowtime, g, c) VALUES (20000, 7, 2);

--@test: a join by a foreign key
CREATE TABLE l (k INT PRIMARY KEY, r INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE TABLE r (id INT PRIMARY KEY, y INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT l.k AS k, y FROM l JOIN r ON l.r = r.id;
INSERT INTO r (rowtime, id, y) VALUES (1000, 1, 1);
INSERT INTO l (rowtime, k, r) VALUES (2000, 1, 1);
INSERT INTO l (rowtime, k, r) VALUES (20000, 1, 1);
ASSERT VALUES o (rowtime, k, y) VALUES (2000, 1, 1);
ASSERT NULL VALUES o (rowtime, k) KEY (12001, 1);
ASSERT VALUES o (rowtime, k, y) VALUES (20000, 1, 1);

--@test: the right table of a join by a foreign key has a TTL
CREATE TABLE l (k INT PRIMARY KEY, r INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON');
CREATE TABLE r (id INT PRIMARY KEY, y INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', TTL='10 SECONDS');
CREATE TABLE o AS SELECT l.k AS k, y FROM l LEFT JOIN r ON l.r = r.id;
INSERT INTO r (rowtime, id, y) VALUES (1000, 1, 1);
INSERT INTO l (rowtime, k, r) VALUES (2000, 1, 1);
INSERT INTO r (rowtime, id, y) VALUES (20000, 1, 2);
ASSERT VALUES o (k, y) VALUES (1, 1);
ASSERT VALUES o (k, y) VALUES (1, NULL);
ASSERT VALUES o (k, y) VALUES (1, 2);

--@test: a sub-query's groups, with their time
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, c, ROWTIME AS t FROM (SELECT k, COUNT(*) AS c FROM s GROUP BY k) x;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 5);
INSERT INTO s (rowtime, k, n) VALUES (30000, 1, 5);
ASSERT VALUES o (rowtime, k, c, t) VALUES (1000, 1, 1, 1000);
ASSERT NULL VALUES o (rowtime, k) KEY (11001, 1);
ASSERT VALUES o (rowtime, k, c, t) VALUES (30000, 1, 1, 30000);

--@test: a TTL is given to a running query, then another
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (1000, 1, 1);
CREATE OR REPLACE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (20000, 1, 1);
CREATE OR REPLACE TABLE o WITH (TTL='1 MINUTE') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
INSERT INTO s (rowtime, k, n) VALUES (79000, 1, 1);
INSERT INTO s (rowtime, k, n) VALUES (140000, 1, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (1000, 1, 1);
ASSERT NULL VALUES o (rowtime, k) KEY (11001, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (20000, 1, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (79000, 1, 2);
ASSERT NULL VALUES o (rowtime, k) KEY (139001, 1);
ASSERT VALUES o (rowtime, k, c) VALUES (140000, 1, 1);

--@test: a TTL can't be taken away
--@expected.error: invalid
--@expected.message: a TTL can't be taken away
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;
CREATE OR REPLACE TABLE o AS SELECT k, COUNT(*) AS c FROM s GROUP BY k EMIT CHANGES;

--@test: nor given where the rows aren't known
--@expected.error: invalid
--@expected.message: it has not kept the rows of its table so far
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
CREATE TABLE o AS SELECT k, a FROM t;
CREATE OR REPLACE TABLE o WITH (TTL='10 SECONDS') AS SELECT k, a FROM t;

--@test: a stream has no TTL
--@expected.error: invalid
--@expected.message: TTL belongs to a table
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', TTL='7 DAYS');

--@test: nor one that a query makes
--@expected.error: invalid
--@expected.message: TTL belongs to a table
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM o WITH (TTL='7 DAYS') AS SELECT * FROM s EMIT CHANGES;

--@test: windows have RETENTION
--@expected.error: invalid
--@expected.message: RETENTION
CREATE STREAM s (k INT KEY, n INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE TABLE o WITH (TTL='7 DAYS') AS SELECT k, COUNT(*) AS c FROM s WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY k EMIT CHANGES;

--@test: also windows of a topic
--@expected.error: invalid
--@expected.message: RETENTION
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION', TTL='7 DAYS');

--@test: a TTL is longer than nothing
--@expected.error: syntax
--@expected.message: '0 DAYS' is no TTL
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL='0 DAYS');

--@test: a negative one
--@expected.error: syntax
--@expected.message: '-1 DAYS' is no TTL
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL='-1 DAYS');

--@test: a unit that there isn't
--@expected.error: syntax
--@expected.message: TTL '7 WEEKS': there is no unit of time 'WEEKS'
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL='7 WEEKS');

--@test: a number alone
--@expected.error: invalid
--@expected.message: TTL needs a text in quotes
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL=7);

--@test: more than can be reckoned with
--@expected.error: syntax
--@expected.message: longer than 1000 years
CREATE TABLE t (k INT PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', TTL='9223372036854775807 DAYS');
