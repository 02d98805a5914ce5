#!/usr/bin/env bash
# Several servers of one service: what one is told takes effect on the other, statements at the same moment don't get
# into each other's way, and a server that was killed comes back with the same catalog.
DEADLINE=${DEADLINE:-60}
source "$WEIR_INTEGRATION/../cli/helpers.sh"
service=many_$$_
pids=([3]= [4]=)
asked=0

end_all() {
  local code=$? fd
  for fd in 3 4; do [[ -z ${pids[fd]} ]] || kill -9 "${pids[fd]}" 2>/dev/null || true; done
  ((code == 0)) && rm -rf "$dir"
  exit $code
}
trap end_all EXIT

# A shell on descriptor $1 (3 or 4), whose data directory, output and errors bear that number.
start() {
  local fd=$1
  rm -f "$dir/input$fd"
  mkfifo "$dir/input$fd"
  "$WEIR" --bootstrap-servers "$WEIR_KAFKA" --data-dir "$dir/data$fd" --output json --property "service.id=$service" \
    --property heartbeat.send.interval.ms=1000 <"$dir/input$fd" >>"$dir/$fd.out" 2>>"$dir/$fd.err" &
  pids[fd]=$!
  eval "exec $fd>\"\$dir/input$fd\""
}

tell() { echo "$2" >&"$1"; }

# The objects that server $1 answers statement $2 with, in order. One server is asked at a time.
ask() {
  local end=$((SECONDS + DEADLINE)) mark="mark$((++asked))"
  tell "$1" "DEFINE mark='$mark-begin'; SHOW VARIABLES; $2 DEFINE mark='$mark-end'; SHOW VARIABLES;"
  until grep -q "\"$mark-end\"" "$dir/$1.out"; do
    ((SECONDS < end)) || fail "server $1 doesn't answer: $2"
    kill -0 "${pids[$1]}" 2>/dev/null || fail "server $1 has ended"
    sleep 0.05
  done
  sed -n "/\"$mark-begin\"/,/\"$mark-end\"/p" "$dir/$1.out" | sed '1d;$d' >"$dir/answer"
}

# Asks server $1 statement $2 until the answer has $3 ($4: or hasn't).
expect() {
  local end=$((SECONDS + DEADLINE)) found
  while :; do
    ask "$1" "$2"
    found=yes
    grep -q -- "$3" "$dir/answer" || found=no
    [[ $found != "${4:-yes}" ]] || return 0
    ((SECONDS < end)) || fail "server $1, $2: $3 ($found) in: $(cat "$dir/answer")"
    sleep 0.1
  done
}

names_of() { grep -o "\"$1\":\"[^\"]*\"" "$dir/answer" | sort || true; }

start 3
start 4
topic=events_$$
tell 3 "CREATE STREAM EVENTS (ID INT KEY, A INT) WITH (KAFKA_TOPIC='$topic', VALUE_FORMAT='JSON', PARTITIONS=2);"
expect 4 'SHOW STREAMS;' '"EVENTS"'
tell 4 "CREATE TYPE PLACE AS STRUCT<CITY STRING>;"
expect 3 'SHOW TYPES;' '"PLACE"'
tell 4 "CREATE STREAM DOUBLED WITH (KAFKA_TOPIC='doubled_$$') AS SELECT ID, A * 2 AS B FROM EVENTS EMIT CHANGES;"
expect 3 'SHOW QUERIES;' '"CSAS_DOUBLED_0"'
tell 3 "PAUSE CSAS_DOUBLED_0;"
expect 4 'SHOW QUERIES;' '"PAUSED"'
tell 3 "DROP STREAM DOUBLED;"
expect 4 'SHOW STREAMS;' '"DOUBLED"' no
expect 4 'SHOW QUERIES;' '"CSAS_DOUBLED_0"' no

# Both know both, and share the work.
for fd in 3 4; do
  expect $fd 'SHOW SERVERS;' '"ALIVE"'
  end=$((SECONDS + DEADLINE))
  while :; do
    ask $fd 'SHOW SERVERS;'
    alive=$(grep -c '"State":"ALIVE"' "$dir/answer" || true)
    idle=$(grep -c '"Slots":"0"' "$dir/answer" || true)
    [[ $alive != 2 || $idle != 0 ]] || break
    ((SECONDS < end)) || fail "server $fd doesn't see two servers with slots: $(cat "$dir/answer")"
    sleep 0.2
  done
done

# A connector runs on one of them.
tell 3 "CREATE SOURCE CONNECTOR GEN WITH ('connector.class' = 'DatagenSource', 'quickstart' = 'orders', 'kafka.topic' = 'orders_$$', 'rate' = '20');"
expect 4 'SHOW CONNECTORS;' '"GEN"'
end=$((SECONDS + DEADLINE))
while :; do
  ask 3 'SHOW CONNECTORS;'
  states=$(names_of Status)
  ask 4 'SHOW CONNECTORS;'
  states+=" $(names_of Status)"
  case $states in
    '"Status":"RUNNING" "Status":"UNASSIGNED"' | '"Status":"UNASSIGNED" "Status":"RUNNING"') break ;;
  esac
  ((SECONDS < end)) || fail "the connector: $states"
  sleep 0.2
done

# At the same moment: one name, and queries whose names the servers choose. (A shell that reads a pipe ends at an error,
# so IF NOT EXISTS.)
rounds=8
for i in $(seq $rounds); do
  for fd in 3 4; do
    tell $fd "CREATE STREAM IF NOT EXISTS BOTH_$i WITH (KAFKA_TOPIC='both_${$}_$i') AS SELECT * FROM EVENTS EMIT CHANGES; INSERT INTO BOTH_1 SELECT * FROM EVENTS EMIT CHANGES;"
  done
done
queries=$((rounds * 3))
for fd in 3 4; do
  end=$((SECONDS + DEADLINE))
  while :; do
    ask $fd 'SHOW QUERIES;'
    names_of 'Query ID' >"$dir/queries$fd"
    [[ $(wc -l <"$dir/queries$fd") != "$queries" ]] || break
    ((SECONDS < end)) || fail "server $fd has $(wc -l <"$dir/queries$fd") queries, not $queries"
    sleep 0.2
  done
  [[ $(sort -u "$dir/queries$fd" | wc -l) == "$queries" ]] || fail "two queries share an id: $(uniq -d "$dir/queries$fd")"
done
cmp -s "$dir/queries3" "$dir/queries4" || fail "the servers' queries differ: $(diff "$dir/queries3" "$dir/queries4")"
created=$(cat "$dir"/[34].err | grep -c 'Created query with ID "\?CSAS_BOTH_' || true)
refused=$(cat "$dir"/[34].err | grep -c 'Cannot add stream BOTH_.*already exists' || true)
((created == rounds)) || fail "$created of $rounds streams were created"
((refused == rounds)) || fail "$refused of $rounds streams were refused to the second server"

# Killed and back: the same catalog, and it goes on following.
ask 4 'SHOW STREAMS;'
names_of 'Stream Name' >"$dir/streams4"
kill -9 "${pids[3]}"
wait "${pids[3]}" 2>/dev/null || true
exec 3>&-
expect 4 'SHOW SERVERS;' '"EXPIRED"'
expect 4 'SHOW CONNECTORS;' '"RUNNING"'
tell 4 "CREATE STREAM MEANWHILE AS SELECT * FROM EVENTS EMIT CHANGES;"
start 3
expect 3 'SHOW STREAMS;' '"MEANWHILE"'
names_of 'Stream Name' | grep -v MEANWHILE >"$dir/streams3"
cmp -s "$dir/streams3" "$dir/streams4" || fail "the streams differ after a restart: $(diff "$dir/streams3" "$dir/streams4")"
tell 4 "DROP STREAM MEANWHILE;"
expect 3 'SHOW STREAMS;' '"MEANWHILE"' no

# A clean end is known at once.
exec 3>&-
expect 4 'SHOW SERVERS;' '"State":"EXPIRED"' no
ask 4 'SHOW SERVERS;'
end=$((SECONDS + DEADLINE))
until [[ $(wc -l <"$dir/answer") == 1 ]]; do
  ((SECONDS < end)) || fail "a server that has ended is still there: $(cat "$dir/answer")"
  sleep 0.2
  ask 4 'SHOW SERVERS;'
done

# One state directory, one server.
code=0
"$WEIR" --bootstrap-servers "$WEIR_KAFKA" --data-dir "$dir/data4" --property "service.id=$service" -e 'SHOW STREAMS;' \
  >"$dir/second.out" 2>"$dir/second.err" || code=$?
((code > 0)) || fail "two servers share a state directory"
grep -qF "$dir/data4/state" "$dir/second.err" || fail "the refusal doesn't name the directory"
echo "ok many_servers_test"
