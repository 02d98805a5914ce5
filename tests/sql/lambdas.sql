-- TRANSFORM, FILTER and REDUCE with lambdas.

--@test: an array's elements are transformed, filtered and reduced
CREATE STREAM S (K INT KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(A, x => x * 10) AS T, FILTER(A, x => x > 1) AS F, REDUCE(A, 100, (s, x) => s + x) AS R FROM S;
ASSERT STREAM O (K INT KEY, T ARRAY<INT>, F ARRAY<INT>, R INT);
INSERT INTO S (K, A) VALUES (1, ARRAY[1, 2, 3]);
INSERT INTO S (K) VALUES (2);
ASSERT VALUES O (K, T, F, R) VALUES (1, ARRAY[10, 20, 30], ARRAY[2, 3], 106);
ASSERT VALUES O (K, T, F, R) VALUES (2, NULL, NULL, 100);

--@test: a lambda's result may have another type, and be nested
CREATE STREAM S (K INT KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(A, x => STRUCT(N := x, T := CAST(x AS STRING))) AS T FROM S;
ASSERT STREAM O (K INT KEY, T ARRAY<STRUCT<N INT, T VARCHAR>>);
INSERT INTO S (K, A) VALUES (1, ARRAY[7]);
ASSERT VALUES O (K, T) VALUES (1, ARRAY[STRUCT(N := 7, T := '7')]);

--@test: a map's entries
CREATE STREAM S (K INT KEY, M MAP<VARCHAR, INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(M, (k, v) => UCASE(k), (k, v) => v + LEN(k)) AS T, FILTER(M, (k, v) => v > 1 AND k <> 'cc') AS F, REDUCE(M, CAST(0 AS BIGINT), (s, k, v) => s + v) AS R FROM S;
ASSERT STREAM O (K INT KEY, T MAP<VARCHAR, INT>, F MAP<VARCHAR, INT>, R BIGINT);
INSERT INTO S (K, M) VALUES (1, MAP('a' := 1, 'bb' := 2, 'cc' := 3));
ASSERT VALUES O (K, T, F, R) VALUES (1, MAP('A' := 2, 'BB' := 4, 'CC' := 5), MAP('bb' := 2), 6);

--@test: two entries can't get the same key
CREATE STREAM S (K INT KEY, M MAP<VARCHAR, INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(M, (k, v) => LCASE(k), (k, v) => v) AS T FROM S;
INSERT INTO S (K, M) VALUES (1, MAP('a' := 1, 'A' := 2));
ASSERT VALUES O (K, T) VALUES (1, NULL);

--@test: columns around a lambda, and lambdas in lambdas
CREATE STREAM S (K INT KEY, N INT, A ARRAY<ARRAY<INT>>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(A, x => REDUCE(x, N, (s, y) => s + y * ARRAY_LENGTH(x))) AS T FROM S;
INSERT INTO S (K, N, A) VALUES (1, 5, ARRAY[ARRAY[1, 2], ARRAY[3]]);
INSERT INTO S (K, N, A) VALUES (2, 0, ARRAY[ARRAY[4]]);
ASSERT VALUES O (K, T) VALUES (1, ARRAY[11, 8]);
ASSERT VALUES O (K, T) VALUES (2, ARRAY[4]);

--@test: an argument named as a column hides it, unless the column is named with its source
CREATE STREAM S (K INT KEY, X INT, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(A, x => x + S.X) AS T, TRANSFORM(A, x => TRANSFORM(ARRAY[x], y => y + S.X + x)) AS N FROM S;
INSERT INTO S (K, X, A) VALUES (1, 100, ARRAY[1, 2]);
ASSERT VALUES O (K, T, N) VALUES (1, ARRAY[101, 102], ARRAY[ARRAY[102], ARRAY[104]]);

--@test: arithmetic with NULL in a lambda makes the whole result NULL, unless it isn't evaluated
CREATE STREAM S (K INT KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(A, x => x + 1) AS T, TRANSFORM(A, x => CASE WHEN x IS NULL THEN 0 ELSE x + 1 END) AS C, FILTER(A, x => x > 0) AS F FROM S;
INSERT INTO S (K, A) VALUES (1, ARRAY[1, NULL]);
INSERT INTO S (K, A) VALUES (2, ARRAY[2]);
ASSERT VALUES O (K, T, C, F) VALUES (1, NULL, ARRAY[2, 0], ARRAY[1]);
ASSERT VALUES O (K, T, C, F) VALUES (2, ARRAY[3], ARRAY[3], ARRAY[2]);

--@test: a lambda with the wrong number of arguments is refused
--@expected.error: invalid
--@expected.message: does not accept parameters (ARRAY<INTEGER>, LAMBDA)
CREATE STREAM S (K INT KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, TRANSFORM(A, (x, y) => x + y) AS T FROM S;

--@test: REDUCE's lambda must give the state's type
--@expected.error: invalid
--@expected.message: must give INTEGER, but gives DOUBLE
CREATE STREAM S (K INT KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, REDUCE(A, 0, (s, x) => s + 1e0) AS T FROM S;

--@test: FILTER's lambda must be a condition
--@expected.error: invalid
--@expected.message: must give BOOLEAN
CREATE STREAM S (K INT KEY, A ARRAY<INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, FILTER(A, x => x + 1) AS T FROM S;

--@test: the entries of a map come in the order of Java's HashMap, wherever it shows
CREATE STREAM S (K INT KEY, M MAP<VARCHAR, INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
CREATE STREAM O AS SELECT K, REDUCE(M, '', (T, N, V) => CONCAT(T, ' ', N)) AS NAMES, MAP_KEYS(M) AS KEYS, MAP_VALUES(M) AS VS, ENTRIES(M, false)[1]->K AS HEAD FROM S;
INSERT INTO S (K, M) VALUES (1, MAP('one' := 1, 'two' := 2, 'three' := 3, 'four' := 4, 'five' := 5, 'six' := 6, 'seven' := 7));
INSERT INTO S (K, M) VALUES (2, MAP('one' := 1, 'two' := 2, 'three' := 3));
ASSERT VALUES O (K, NAMES, KEYS, VS, HEAD) VALUES (1, ' six four one seven two three five', ARRAY['six', 'four', 'one', 'seven', 'two', 'three', 'five'], ARRAY[6, 4, 1, 7, 2, 3, 5], 'six');
ASSERT VALUES O (K, NAMES, KEYS, VS, HEAD) VALUES (2, ' two three one', ARRAY['two', 'three', 'one'], ARRAY[2, 3, 1], 'two');
