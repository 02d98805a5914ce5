#!/usr/bin/env bash
# check.sh BUILD: the tests that need no server: units, SQL files, kill and resume.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
failed=0
passed=0
run() {
  local name=$1; shift
  if "$@" >"$build/$name.log" 2>&1; then
    passed=$((passed + 1))
    echo "ok    $name: $(tail -n 1 "$build/$name.log")"
  else
    failed=$((failed + 1))
    echo "FAIL  $name"
    tail -n 60 "$build/$name.log"
  fi
}
for test in "$build"/test_*; do
  [ -x "$test" ] && run "$(basename "$test")" "$test"
done
run sql_files "$build/weir" test tests/sql
run untested scripts/untested.py "$build/weir"
run sql_files_restarted "$build/weir" test tests/sql --restart
run sql_files_spread "$build/weir" test tests/sql --partitions 4
for script in tests/cli/*_test.sh; do
  [ -e "$script" ] && WEIR=$(realpath "$build/weir") run "$(basename "$script" .sh)" "$script"
done
if [ -d ../shared/qtt ]; then
  "$build/weir" test ../shared/qtt/query-validation-tests --report "$build/qtt.json" >"$build/qtt.log" 2>&1 || true
  echo "info  ksqlDB's cases: $(tail -n 1 "$build/qtt.log")"
else
  echo "skip  ksqlDB's cases: they are not beside this checkout"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
