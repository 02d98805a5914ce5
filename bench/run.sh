#!/usr/bin/env bash
# run.sh BUILD: the figures of docs/benchmarks.md, in embedded mode. RESPONSES and RESPONDENTS set the size.
set -euo pipefail
build=$1
responses=${RESPONSES:-1000000}
respondents=${RESPONDENTS:-100000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench=$build/bench/engine_bench
for query in join filter tumbling hopping table_join; do
  "$bench" load "$work/$query" "$responses" "$respondents" >/dev/null
  "$bench" "$query" "$work/$query"
  rm -rf "${work:?}/$query"
done
"$bench" latency "$work/latency"
# Start-up: an empty data directory, one statement. The best of ten, as a machine's noise only adds.
best=
for i in $(seq 10); do
  dir=$work/start$i
  out=$( { /usr/bin/env time -f '%e %M' "$build/weir" --data-dir "$dir" -e 'SHOW STREAMS;' >/dev/null; } 2>&1 | tail -n 1)
  if [ -z "$best" ] || awk -v a="${out% *}" -v b="${best% *}" 'BEGIN { exit !(a < b) }'; then best=$out; fi
done
awk -v s="${best% *}" -v k="${best#* }" 'BEGIN { printf "start-up with SHOW STREAMS: %.2f s, %.0f MB\n", s, k / 1024 }'
