#!/bin/bash
# weir test with statements, inputs and outputs in three files, and with folders of them.
source "$(dirname "$0")/helpers.sh"
cd "$dir"
mkdir -p cases/good cases/inserted
cat > cases/good/statements.sql <<'SQL'
-- Slow clicks.
CREATE STREAM clicks (user_id INT KEY, page VARCHAR, ms BIGINT) WITH (KAFKA_TOPIC='clicks', VALUE_FORMAT='JSON');
CREATE STREAM slow AS SELECT user_id, UCASE(page) AS page FROM clicks WHERE ms > 100;
SQL
cat > cases/good/input.json <<'JSON'
{"inputs": [{"topic": "clicks", "timestamp": 10, "key": 1, "value": {"page": "/shoes", "ms": 320}},
            {"topic": "clicks", "timestamp": 11, "key": 2, "value": {"page": "/hats", "ms": 45}}]}
JSON
echo '{"outputs": [{"topic": "SLOW", "timestamp": 10, "key": 1, "value": {"PAGE": "/SHOES"}}]}' > cases/good/output.json
cat > cases/inserted/statements.sql <<'SQL'
CREATE STREAM s (k INT KEY, a INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM o AS SELECT k, a + 1 AS a FROM s;
INSERT INTO s VALUES (1, 2);
SQL
echo '{"outputs": [{"topic": "O", "key": 1, "value": {"A": 3}}]}' > cases/inserted/output.json

"$WEIR" test -s cases/good/statements.sql -i cases/good/input.json -o cases/good/output.json > out 2>&1 || fail "a case that holds"
grep -q '^1 passed, 0 failed' out || fail "the count of one case"
"$WEIR" test cases > out 2>&1 || fail "a folder of cases"
grep -q '^2 passed, 0 failed' out || fail "the count of a folder"

sed 's/SHOES/HATS/' cases/good/output.json > wrong.json
"$WEIR" test -s cases/good/statements.sql -i cases/good/input.json -o wrong.json > out 2>&1 && fail "a case that doesn't hold"
grep -q '> *0 key 1, value {"PAGE":"/HATS"}.*key 1, value {"PAGE":"/SHOES"}' out || fail "records beside each other"

"$WEIR" test -s cases/good/statements.sql > out 2>&1 && fail "no outputs given"
"$WEIR" test -s nowhere.sql -o wrong.json > out 2>&1 && fail "a file that isn't there"
grep -q 'nowhere.sql' out || fail "the missing file's name"
"$WEIR" test > out 2>&1 && fail "nothing to test"
echo "cases of three files: ok"
