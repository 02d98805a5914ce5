#!/usr/bin/env bash
# Fetches Apache Kafka's broker from Maven Central, once, and prints the folder with its jars.
# Usage: fetch.sh [VERSION]; the cache is ${WEIR_CACHE:-~/.cache/weir}/kafka/VERSION. Needs mvn and Java 17.
set -euo pipefail

version=${1:-${WEIR_KAFKA_VERSION:-4.3.1}}
cache=${WEIR_CACHE:-$HOME/.cache/weir}/kafka/$version
mkdir -p "$cache"

exec 9>"$cache/lock"
flock 9 # two test runs may begin together
if [ ! -f "$cache/complete" ]; then
  cat >"$cache/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>weir.test</groupId>
  <artifactId>kafka-broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
POM
  echo "fetching Kafka $version from Maven Central" >&2
  rm -rf "$cache/libs"
  mvn --quiet --batch-mode --file "$cache/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$cache/libs" </dev/null >&2
  touch "$cache/complete"
fi
echo "$cache/libs"
