#!/usr/bin/env bash
# fuzz.sh BUILD SECONDS [TARGET…]: runs the fuzz targets, each for so long, from the seeds in tests/fuzz/seeds/TARGET (for SQL: tests/sql) and
# what earlier runs found (BUILD/corpus). Ends with the first finding: libFuzzer prints it and leaves the input in BUILD.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 seconds=$2
shift 2
[ $# -gt 0 ] || set -- sql json delimited kafka avro protobuf
for target in "$@"; do
  echo "== $target, $seconds s"
  mkdir -p "$build/corpus/$target"
  seeds=()
  [ "$target" = sql ] && seeds=(tests/sql)
  [ -d "tests/fuzz/seeds/$target" ] && seeds=("tests/fuzz/seeds/$target")
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" \
    -max_len=4096 -timeout=25 -rss_limit_mb=4096 -artifact_prefix="$build/$target-" -print_final_stats=1 -verbosity=0 \
    "$build/corpus/$target" "${seeds[@]}"
done
