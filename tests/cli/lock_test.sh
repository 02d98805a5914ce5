#!/bin/bash
# Two processes on one data directory: the second is told so, the first goes on.
# WEIR: the binary.
source "$(dirname "$0")/helpers.sh"

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
wait_end 'the first process' 0
timeout "$DEADLINE" "$WEIR" --data-dir "$dir/the-data" --output json --property auto.offset.reset=earliest \
  -e 'SELECT A FROM S EMIT CHANGES LIMIT 1;' >"$dir/third.out" 2>"$dir/third.err" || fail "the directory isn't free again"
[[ $(cat "$dir/third.out") == '{"A":42}' ]] || fail "the third process reads something else"
echo "ok lock_test"
