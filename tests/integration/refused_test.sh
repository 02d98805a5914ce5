#!/usr/bin/env bash
# What Kafka refuses for reasons of its own. A result larger than its topic takes is an error of its row, and small ones fit in, however many
# there are; a query that may not write to its topic ends; the queries beside it go on. Both go on when the cause is mended.
DEADLINE=${DEADLINE:-60}
source "$WEIR_INTEGRATION/../cli/helpers.sh"
service=refused_$$
input=input_$$ narrow=narrow_$$ closed=closed_$$ open=open_$$
topics() { java -Dorg.slf4j.simpleLogger.defaultLogLevel=error -Xmx128m -XX:TieredStopAtLevel=1 -cp "$WEIR_KAFKA_LIBS/*" "$WEIR_INTEGRATION/kafka/Topics.java" "$WEIR_KAFKA" "$@" 2>>"$dir/err"; }

cd "$dir"
rm -f pipe && mkfifo pipe
"$WEIR" --bootstrap-servers "$WEIR_KAFKA" --data-dir "$dir/data" --property "service.id=$service" --property auto.offset.reset=earliest \
  --property num.threads=1 --output json <pipe >>"$dir/out" 2>>"$dir/err" &
pid=$!
exec 3>pipe
tell() { echo "$1" >&3; }
count() { (kcat -b "$WEIR_KAFKA" -C -t "$1" -X isolation.level=read_committed -e -q -f '%k\n' 2>/dev/null || true) | wc -l; }
wait_rows() { # TOPIC ROWS
  local end=$((SECONDS + DEADLINE))
  until [[ $(count "$1") == "$2" ]]; do
    ((SECONDS < end)) || fail "$1 holds $(count "$1") rows, not $2"
    kill -0 "$pid" 2>/dev/null || fail "weir ended by itself"
    sleep 0.2
  done
}
# The state of the query that writes to stream $1 becomes $2.
wait_state() {
  local end=$((SECONDS + DEADLINE))
  while :; do
    : >out
    tell "SHOW QUERIES EXTENDED;"
    sleep 0.5
    ! grep "CSAS_$1_" out | grep -q "\"$2\"" || return 0
    ((SECONDS < end)) || fail "the query of $1 doesn't become $2"
  done
}
command -v kcat >/dev/null || { echo "skipped: kcat is not installed"; exit 77; }

tell "CREATE STREAM INPUT (K INT KEY, V STRING) WITH (KAFKA_TOPIC='$input', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM TO_NARROW (K INT KEY, V STRING) WITH (KAFKA_TOPIC='$narrow', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
CREATE STREAM TO_CLOSED (K INT KEY, V STRING) WITH (KAFKA_TOPIC='$closed', KEY_FORMAT='JSON', VALUE_FORMAT='JSON', PARTITIONS=1);
DEFINE made='all';
SHOW VARIABLES;"
wait_for '"all"' out
topics set "$narrow" max.message.bytes 20000 || fail "the topic's limit can't be set"
topics set "$narrow" compression.type uncompressed || fail "the topic's compression can't be set"
topics deny "$closed" || fail "the topic can't be closed"

# Records FIRST to LAST of LENGTH bytes that hardly compress; every thousandth is LARGE bytes.
produce() { # FIRST LAST LENGTH LARGE
  seq "$1" "$2" | awk -v length_="$3" -v large="$4" 'BEGIN { srand(1) } { v = ""; n = ($1 % 1000 == 500) ? large : length_
    for (i = 0; i < n; ++i) v = v sprintf("%c", 97 + int(rand() * 26)); printf "%d|{\"V\":\"%s\"}\n", $1, v }' |
    kcat -b "$WEIR_KAFKA" -P -t "$input" -K '|' || fail "the input can't be written"
}
produce 1 3000 600 30000
tell "CREATE STREAM NARROW WITH (KAFKA_TOPIC='$narrow') AS SELECT * FROM INPUT EMIT CHANGES;
CREATE STREAM CLOSED WITH (KAFKA_TOPIC='$closed') AS SELECT * FROM INPUT EMIT CHANGES;
CREATE STREAM OPEN WITH (KAFKA_TOPIC='$open') AS SELECT * FROM INPUT EMIT CHANGES;"
wait_rows "$open" 3000
wait_rows "$narrow" 2997
wait_state CLOSED ERROR
grep "CSAS_CLOSED_" out | grep -q "RESUME" || fail "the reason doesn't say what to do: $(cat out)"
wait_state NARROW RUNNING
wait_state OPEN RUNNING
[[ $(count "$closed") == 0 ]] || fail "the closed topic holds something"
topics allow "$closed" || fail "the topic can't be opened"
tell "RESUME ALL;"
wait_rows "$closed" 3000
wait_state CLOSED RUNNING
[[ $(count "$open") == 3000 ]] || fail "the open topic holds $(count "$open") rows"

# The same while all of them have written to their topics before.
topics set "$narrow" max.message.bytes 300 || fail "the topic's limit can't be set"
topics deny "$closed" || fail "the topic can't be closed again"
produce 3001 3499 20 20
produce 3501 3600 600 600
wait_rows "$open" 3599
wait_rows "$narrow" 3496
wait_state CLOSED ERROR
wait_state NARROW RUNNING
wait_state OPEN RUNNING
[[ $(count "$closed") == 3000 ]] || fail "the closed topic holds $(count "$closed") rows"
topics allow "$closed" || fail "the topic can't be opened again"
tell "RESUME ALL;"
wait_rows "$closed" 3599
[[ $(count "$open") == 3599 ]] || fail "the open topic holds $(count "$open") rows"
! grep "Another process" err || fail "it is taken for a second server"
exec 3>&-
wait_end weir 0
echo "refused: rows too large for their topic were left out, a query without rights ended and went on when it had them, the others weren't disturbed"
