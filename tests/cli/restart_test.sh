#!/bin/bash
# Queries go on where they were when the program is started again: each input row has its result once, and joins remember rows of before.
# WEIR: the binary. RESTARTS may be set.
source "$(dirname "$0")/helpers.sh"
RESTARTS=${RESTARTS:-6}
weir() { timeout 60 "$WEIR" --data-dir "$dir/data" "$@" >"$dir/out" 2>"$dir/err"; }
touch "$dir/out" "$dir/err"

cat >"$dir/make.sql" <<'SQL'
CREATE STREAM L (K INT KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM R (K INT KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM DOUBLED WITH (KAFKA_TOPIC='doubled') AS SELECT K, A * 2 AS A2 FROM L;
CREATE STREAM JOINED WITH (KAFKA_TOPIC='joined') AS SELECT L.K AS K, A, B FROM L JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON L.K = R.K;
CREATE TABLE T (K INT PRIMARY KEY, V INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE TABLE CUSTOMERS (ID INT PRIMARY KEY, NAME STRING) WITH (KAFKA_TOPIC='customers', VALUE_FORMAT='JSON', PARTITIONS=3);
CREATE TABLE ORDERS (ID INT PRIMARY KEY, CUSTOMER INT) WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=2);
CREATE STREAM LOOKED_UP WITH (KAFKA_TOPIC='looked_up') AS SELECT L.K AS K, A, V FROM L LEFT JOIN T ON L.K = T.K;
CREATE TABLE NAMED WITH (KAFKA_TOPIC='named') AS SELECT ORDERS.ID AS ID, NAME FROM ORDERS JOIN CUSTOMERS ON CUSTOMER = CUSTOMERS.ID;
INSERT INTO CUSTOMERS (ID, NAME) VALUES (7, 'Ada');
SQL
weir -f "$dir/make.sql" || fail "the streams can't be made"

# Round n: a left row n, and a right row whose partner is the left row of the round before.
doubled=
joined=
looked_up=
named=
renamed=
for ((n = 1; n <= RESTARTS; n++)); do
  cat >"$dir/round.sql" <<SQL
INSERT INTO L (ROWTIME, K, A) VALUES ($((n * 1000)), $n, $((n * 10)));
INSERT INTO T (ROWTIME, K, V) VALUES ($((n * 1000 + 1)), $((n + 1)), $n);
INSERT INTO ORDERS (ROWTIME, ID, CUSTOMER) VALUES ($((n * 1000)), $n, 7);
INSERT INTO R (ROWTIME, K, B) VALUES ($((n * 1000 + 500)), $((n - 1)), $((n * 100)));
SQL
  weir -f "$dir/round.sql" || fail "round $n can't be inserted"
  doubled+="{\"K\":$n,\"A2\":$((n * 20))}"$'\n'
  looked_up+="{\"K\":$n,\"A\":$((n * 10)),\"V\":$( ((n == 1)) && echo null || echo $((n - 1)))}"$'\n'
  named+="{\"ID\":$n,\"NAME\":\"Ada\"}"$'\n'
  renamed+="{\"ID\":$n,\"NAME\":\"Ada L.\"}"$'\n'
  ((n == 1)) || joined+="{\"K\":$((n - 1)),\"A\":$(((n - 1) * 10)),\"B\":$((n * 100))}"$'\n'
done

# $1: stream, $2: its rows in any order. Read up to the right number, then a moment more for rows that shouldn't be.
check() {
  local count
  count=$(grep -c . <<<"$2")
  weir --output json --property auto.offset.reset=earliest --query-timeout 30000 --query-row-limit "$count" -e "SELECT * FROM $1 EMIT CHANGES;" ||
    fail "$1 can't be read"
  [[ $(wc -l <"$dir/out") == "$count" ]] || fail "$1 has fewer than $count rows"
  weir --output json --property auto.offset.reset=earliest --query-timeout 1500 -e "SELECT * FROM $1 EMIT CHANGES;" || fail "$1 can't be read"
  diff <(printf '%s' "$2" | sort) <(sort "$dir/out") >&2 || fail "$1 isn't as it should be after $RESTARTS restarts"
}
check DOUBLED "$doubled"
check JOINED "$joined"
check LOOKED_UP "$looked_up"
# Every order still knows its customer.
check NAMED "$named"
weir -e "INSERT INTO CUSTOMERS (ID, NAME) VALUES (7, 'Ada L.');" || fail "the customer can't be renamed"
check NAMED "$named$renamed"

weir --output json -e 'SHOW QUERIES;' || fail "SHOW QUERIES fails"
[[ $(grep -cE '"(RUNNING|STARTING)"' "$dir/out") == 4 ]] || fail "not all queries run"
echo "ok restart_test: $RESTARTS restarts, $(grep -c . <<<"$doubled$joined$looked_up$named$renamed") rows"
