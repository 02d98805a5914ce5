#!/bin/bash
# Two processes on one data directory: the second is told so, the first goes on.
# WEIR: the binary.
set -euo pipefail

WEIR=$(realpath "${WEIR:-build/weir}")
DEADLINE=${DEADLINE:-20}
dir=$(mktemp -d)
pid=
finish() {
  local code=$?
  if [[ -n $pid ]]; then kill -9 "$pid" 2>/dev/null || true; fi
  rm -rf "$dir"
  exit $code
}
trap finish EXIT
fail() {
  echo "FAIL lock_test: $*" >&2
  for file in "$dir"/*.out "$dir"/*.err; do sed "s|^|  ${file##*/}: |" "$file" >&2; done
  exit 1
}
wait_for() {  # $1: text, $2: file
  local end=$((SECONDS + DEADLINE))
  until grep -qF -- "$1" "$2"; do
    kill -0 "$pid" 2>/dev/null || fail "the first process ended"
    ((SECONDS < end)) || fail "no '$1' in ${2##*/} after $DEADLINE s"
    sleep 0.02
  done
}

touch "$dir/first.out" "$dir/first.err"
mkfifo "$dir/input"
"$WEIR" --data-dir "$dir/the-data" --output json <"$dir/input" >"$dir/first.out" 2>"$dir/first.err" &
pid=$!
exec 3>"$dir/input"
echo "CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);" >&3
wait_for 'Stream created' "$dir/first.err"

code=0
timeout "$DEADLINE" "$WEIR" --data-dir "$dir/the-data" -e 'SHOW STREAMS;' >"$dir/second.out" 2>"$dir/second.err" || code=$?
((code > 0 && code < 124)) || fail "the second process ended with $code"
grep -qF "$dir/the-data" "$dir/second.err" || fail "the second process doesn't name the directory"
[[ ! -s $dir/second.out ]] || fail "the second process answered"
grep -qiE 'another|in use|lock' "$dir/second.err" || fail "the second process doesn't say why"

# The first goes on, and what it writes is there.
echo "SET 'auto.offset.reset' = 'earliest'; INSERT INTO S (K, A) VALUES ('still', 42); SELECT K, A FROM S EMIT CHANGES LIMIT 1;" >&3
wait_for '{"K":"still","A":42}' "$dir/first.out"

# Once it is gone the directory is free.
exec 3>&-
code=0
wait "$pid" || code=$?
pid=
[[ $code == 0 ]] || fail "the first process ended with $code"
timeout "$DEADLINE" "$WEIR" --data-dir "$dir/the-data" --output json --property auto.offset.reset=earliest \
  -e 'SELECT A FROM S EMIT CHANGES LIMIT 1;' >"$dir/third.out" 2>"$dir/third.err" || fail "the directory isn't free again"
[[ $(cat "$dir/third.out") == '{"A":42}' ]] || fail "the third process reads something else"
echo "ok lock_test"
