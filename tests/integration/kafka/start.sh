#!/usr/bin/env bash
# Starts one Kafka broker (KRaft, broker and controller in one process) on 127.0.0.1 and prints its address.
# Usage: start.sh DIR. DIR keeps data, log, pid and ports: started again there, the broker has its old address and data.
# Environment: WEIR_KAFKA_HEAP (512m), WEIR_KAFKA_VERSION, WEIR_CACHE.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: start.sh DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
libs=$("$here/fetch.sh")
cache=$(dirname "$libs")

if [ -f "$dir/pid" ] && kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
  cat "$dir/address"
  exit 0
fi
rm -f "$dir/pid"

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); in_use "$port"; do :; done
  echo "$port"
}

if [ ! -f "$dir/server.properties" ]; then
  port=$(free_port)
  controller=$(free_port)
  while [ "$controller" = "$port" ]; do controller=$(free_port); done
  echo "127.0.0.1:$port" >"$dir/address"
  # One of everything, since there is one broker; the small numbers make it start fast. Records keep their timestamps
  # whatever the date, so that tests may use times of their own.
  cat >"$dir/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/data
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=true
log.retention.ms=-1
log.cleaner.dedupe.buffer.size=16777216
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
num.network.threads=2
num.io.threads=2
PROPERTIES
fi

classpath=$(printf '%s:' "$libs"/*.jar)
java_options=(-Djava.awt.headless=true -Dorg.slf4j.simpleLogger.defaultLogLevel=warn
  -Dorg.slf4j.simpleLogger.showDateTime=true -cp "$classpath")

# Formatting a storage folder takes a JVM of its own, so that one is kept and copied.
if [ ! -d "$dir/data" ]; then
  (
    flock 9
    if [ ! -d "$cache/formatted" ]; then
      rm -rf "$cache/formatting"
      sed "s|^log.dirs=.*|log.dirs=$cache/formatting|" "$dir/server.properties" >"$cache/format.properties"
      java -Xmx256m -XX:TieredStopAtLevel=1 "${java_options[@]}" kafka.tools.StorageTool format \
        --cluster-id V2Vpci1rYWZrYS10ZXN0cw --config "$cache/format.properties" >"$dir/format.log" 2>&1 ||
        { cat "$dir/format.log" >&2; exit 1; }
      mv "$cache/formatting" "$cache/formatted"
    fi
  ) 9>"$cache/lock"
  cp -r "$cache/formatted" "$dir/data"
fi

# The first broker that is stopped leaves an archive of its classes (see stop.sh), with which later ones start faster.
if [ -f "$cache/classes.jsa" ]; then
  class_archive=-XX:SharedArchiveFile=$cache/classes.jsa
else
  class_archive=-XX:ArchiveClassesAtExit=$dir/classes.jsa
fi

setsid java -Xmx"${WEIR_KAFKA_HEAP:-512m}" -XX:+UseSerialGC "$class_archive" "${java_options[@]}" \
  kafka.Kafka "$dir/server.properties" >>"$dir/log" 2>&1 </dev/null &
pid=$!
echo "$pid" >"$dir/pid"

# Ready is a broker that answers the ApiVersions request (key 18, version 0, no client id).
port=$(cut -d: -f2 "$dir/address")
answers() {
  local bytes
  bytes=$( (exec 3<>"/dev/tcp/127.0.0.1/$port" && printf '\0\0\0\012\0\022\0\0\0\0\0\001\377\377' >&3 &&
    timeout 2 head -c 4 <&3 | wc -c) 2>/dev/null) && [ "$bytes" = 4 ]
}
deadline=$((SECONDS + 60))
until answers; do
  if ! kill -0 "$pid" 2>/dev/null; then
    echo "the broker died; the end of $dir/log:" >&2
    tail -n 20 "$dir/log" >&2
    rm -f "$dir/pid"
    exit 1
  fi
  if [ $SECONDS -ge $deadline ]; then
    echo "the broker doesn't answer after 60 s; see $dir/log" >&2
    exit 1
  fi
  sleep 0.1
done
cat "$dir/address"
