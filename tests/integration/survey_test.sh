#!/usr/bin/env bash
# The survey's script against a real broker: rows produced by kcat come out enriched, are read by kcat, and lie in the partitions where
# Java's partitioner puts their keys. Then the broker goes away and comes back, and the query goes on.
set -euo pipefail
work=$(mktemp -d)
weir_pid=
finish() {
  [ -z "$weir_pid" ] || kill "$weir_pid" 2>/dev/null || true
  exec 8>&- 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
fail() { echo "survey_test: $*" >&2; [ ! -f "$work/log" ] || tail -n 40 "$work/log" >&2; exit 1; }
command -v kcat >/dev/null || { echo "skipped: kcat is not installed"; exit 77; }

partitions=3
service=survey_$$
in_responses=survey_responses_$$ in_respondents=survey_respondents_$$ enriched=enriched_$$

cat >"$work/setup.sql" <<SQL
SET 'auto.offset.reset' = 'earliest';
CREATE STREAM RESPONSES (RESPONDENT_ID INT KEY, RESPONSE_ID INT, QUESTION STRING, ANSWER STRING)
  WITH (KAFKA_TOPIC = '$in_responses', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON', PARTITIONS = $partitions);
CREATE STREAM RESPONDENTS (RESPONDENT_ID INT KEY, NAME STRING, GENERATION STRING)
  WITH (KAFKA_TOPIC = '$in_respondents', KEY_FORMAT = 'JSON', VALUE_FORMAT = 'JSON', PARTITIONS = $partitions);
CREATE STREAM ENRICHED WITH (KAFKA_TOPIC = '$enriched', KEY_FORMAT = 'JSON', PARTITIONS = $partitions) AS
  SELECT R.RESPONDENT_ID AS RESPONDENT_ID, R.RESPONSE_ID AS RESPONSE_ID, T.NAME AS NAME, T.GENERATION AS GENERATION, R.ANSWER AS ANSWER
  FROM RESPONSES R INNER JOIN RESPONDENTS T WITHIN 10 MINUTES GRACE PERIOD 2 MINUTES ON R.RESPONDENT_ID = T.RESPONDENT_ID EMIT CHANGES;
SQL

start_weir() {
  "$WEIR" --bootstrap-servers "$WEIR_KAFKA" --data-dir "$work/data" --property "service.id=$service" \
    --property commit.interval.ms=200 <&9 >>"$work/log" 2>&1 &
  weir_pid=$!
}
mkfifo "$work/stdin"
exec 8<>"$work/stdin"
exec 9<"$work/stdin"
start_weir
cat "$work/setup.sql" >&8

count() { kcat -b "$WEIR_KAFKA" -C -t "$1" -e -q -f '%k\n' 2>/dev/null | wc -l; }
wait_for_rows() { # TOPIC ROWS
  local deadline=$((SECONDS + 60))
  until [ "$(count "$1")" -ge "$2" ]; do
    [ $SECONDS -lt $deadline ] || fail "$1 holds $(count "$1") rows after 60 s, expected $2"
    kill -0 "$weir_pid" 2>/dev/null || fail "weir ended by itself"
  done
}
wait_for_topic() {
  local deadline=$((SECONDS + 60))
  # All topics are listed: asking for one would make it.
  until kcat -b "$WEIR_KAFKA" -L 2>/dev/null | grep -q "topic \"$1\" with $partitions partitions"; do
    [ $SECONDS -lt $deadline ] || fail "the topic $1 was not made within 60 s"
    sleep 0.2
  done
}
# murmur2_random: Java's murmur2 of the key
produce() { kcat -b "$WEIR_KAFKA" -P -t "$1" -K '|' -X topic.partitioner=murmur2_random; }

wait_for_topic "$enriched"
people=40
for i in $(seq $people); do echo "$i|{\"NAME\":\"Name $i\",\"GENERATION\":\"X\"}"; done | produce "$in_respondents"
for i in $(seq $people); do echo "$i|{\"RESPONSE_ID\":$i,\"QUESTION\":\"q\",\"ANSWER\":\"a$i\"}"; done | produce "$in_responses"
wait_for_rows "$enriched" $people

kcat -b "$WEIR_KAFKA" -C -t "$enriched" -e -q -f '%p %k %s\n' | sort >"$work/rows"
[ "$(wc -l <"$work/rows")" = $people ] || fail "expected $people rows, got $(wc -l <"$work/rows")"
grep -q '"NAME":"Name 7","GENERATION":"X","ANSWER":"a7"' "$work/rows" || fail "the row of respondent 7 is missing or wrong: $(grep '"RESPONSE_ID":7,' "$work/rows")"
# What an independent producer does with the same keys says where they belong.
kcat -b "$WEIR_KAFKA" -C -t "$in_responses" -e -q -f '%k %p\n' | sort >"$work/expected"
awk '{ print $2, $1 }' "$work/rows" | sort >"$work/actual"
cmp -s "$work/expected" "$work/actual" || fail "keys lie in other partitions than Java's partitioner puts them: $(diff "$work/expected" "$work/actual" | head -5)"

# The broker away in the middle: said with its address, then the work goes on.
"$WEIR_INTEGRATION/kafka/stop.sh" "$WEIR_KAFKA_DIR"
deadline=$((SECONDS + 60))
until grep -q "$WEIR_KAFKA" "$work/log"; do
  [ $SECONDS -lt $deadline ] || fail "nothing was said of the broker at $WEIR_KAFKA that is away"
  sleep 0.2
done
"$WEIR_INTEGRATION/kafka/start.sh" "$WEIR_KAFKA_DIR" >/dev/null
echo "41|{\"NAME\":\"Late\",\"GENERATION\":\"Y\"}" | produce "$in_respondents"
echo "41|{\"RESPONSE_ID\":41,\"QUESTION\":\"q\",\"ANSWER\":\"after\"}" | produce "$in_responses"
wait_for_rows "$enriched" $((people + 1))

# Ended and started again: the query goes on where it was (at least once).
echo 'exit' >&8
wait "$weir_pid" || fail "weir did not end cleanly"
start_weir
echo "42|{\"NAME\":\"Again\",\"GENERATION\":\"Z\"}" | produce "$in_respondents"
echo "42|{\"RESPONSE_ID\":42,\"QUESTION\":\"q\",\"ANSWER\":\"restarted\"}" | produce "$in_responses"
wait_for_rows "$enriched" $((people + 2))
echo "survey_test: $((people + 2)) rows, in the partitions of Java's partitioner, through an outage and a restart"
