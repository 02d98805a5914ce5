#!/usr/bin/env bash
# Fetches what the Kafka Streams peer runs on from Maven Central, once, checks it against jars.sha256, and prints the
# folder with the jars. The cache is ${WEIR_CACHE:-~/.cache/weir}/kafka-streams. Needs mvn.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
sums=$here/jars.sha256
cache=${WEIR_CACHE:-$HOME/.cache/weir}/kafka-streams/$(sha256sum "$sums" | cut -c 1-12)
mkdir -p "$cache"

exec 9>"$cache/lock"
flock 9
if [ ! -f "$cache/complete" ]; then
  echo "fetching Kafka Streams from Maven Central" >&2
  rm -rf "$cache/libs"
  mvn --quiet --batch-mode --file "$here/pom.xml" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$cache/libs" </dev/null >&2
  (cd "$cache/libs" && sha256sum --quiet --strict --check "$sums") >&2
  # Nothing beside what is listed.
  diff <(cd "$cache/libs" && ls) <(awk '{ print $2 }' "$sums") >&2
  touch "$cache/complete"
fi
echo "$cache/libs"
