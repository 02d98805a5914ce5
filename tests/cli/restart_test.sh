#!/bin/bash
# Queries go on where they were when the program is started again: each input row has its result once, and joins remember rows of before.
# WEIR: the binary. RESTARTS may be set.
set -euo pipefail

WEIR=$(realpath "${WEIR:-build/weir}")
RESTARTS=${RESTARTS:-6}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
fail() {
  echo "FAIL restart_test: $*" >&2
  for file in "$dir"/out "$dir"/err; do sed "s|^|  ${file##*/}: |" "$file" >&2; done
  exit 1
}
weir() { timeout 60 "$WEIR" --data-dir "$dir/data" "$@" >"$dir/out" 2>"$dir/err"; }
touch "$dir/out" "$dir/err"

cat >"$dir/make.sql" <<'SQL'
CREATE STREAM L (K INT KEY, A INT) WITH (KAFKA_TOPIC='l', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM R (K INT KEY, B INT) WITH (KAFKA_TOPIC='r', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM DOUBLED WITH (KAFKA_TOPIC='doubled') AS SELECT K, A * 2 AS A2 FROM L;
CREATE STREAM JOINED WITH (KAFKA_TOPIC='joined') AS SELECT L.K AS K, A, B FROM L JOIN R WITHIN 1 HOUR GRACE PERIOD 1 HOUR ON L.K = R.K;
SQL
weir -f "$dir/make.sql" || fail "the streams can't be made"

# Round n: a left row n, and a right row whose partner is the left row of the round before.
doubled=
joined=
for ((n = 1; n <= RESTARTS; n++)); do
  cat >"$dir/round.sql" <<SQL
INSERT INTO L (ROWTIME, K, A) VALUES ($((n * 1000)), $n, $((n * 10)));
INSERT INTO R (ROWTIME, K, B) VALUES ($((n * 1000 + 500)), $((n - 1)), $((n * 100)));
SQL
  weir -f "$dir/round.sql" || fail "round $n can't be inserted"
  doubled+="{\"K\":$n,\"A2\":$((n * 20))}"$'\n'
  ((n == 1)) || joined+="{\"K\":$((n - 1)),\"A\":$(((n - 1) * 10)),\"B\":$((n * 100))}"$'\n'
done

# $1: stream, $2: its rows. Read up to the right number, then a moment more for rows that shouldn't be.
check() {
  local count
  count=$(grep -c . <<<"$2")
  weir --output json --property auto.offset.reset=earliest --query-timeout 30000 --query-row-limit "$count" -e "SELECT * FROM $1 EMIT CHANGES;" ||
    fail "$1 can't be read"
  [[ $(wc -l <"$dir/out") == "$count" ]] || fail "$1 has fewer than $count rows"
  weir --output json --property auto.offset.reset=earliest --query-timeout 1500 -e "SELECT * FROM $1 EMIT CHANGES;" || fail "$1 can't be read"
  diff <(printf '%s' "$2") "$dir/out" >&2 || fail "$1 isn't as it should be after $RESTARTS restarts"
}
check DOUBLED "$doubled"
check JOINED "$joined"

weir --output json -e 'SHOW QUERIES;' || fail "SHOW QUERIES fails"
[[ $(grep -cE '"(RUNNING|STARTING)"' "$dir/out") == 2 ]] || fail "not both queries run"
echo "ok restart_test: $RESTARTS restarts, $(grep -c . <<<"$doubled$joined") rows"
