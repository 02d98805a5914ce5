#!/usr/bin/env bash
# Runs the integration tests: a real Kafka broker for all of them, started once, stopped at the end.
# Usage: run.sh [BUILD_DIR] [PATTERN]   PATTERN: only programs and scripts whose name matches it, as a shell pattern.
# A test is the program test_kafka_log, or a script *_test.sh in this folder. Scripts get WEIR_KAFKA (the broker's
# address), WEIR (the weir binary), WEIR_KAFKA_DIR (for kafka/stop.sh and start.sh), WEIR_KAFKA_LIBS (Kafka's jars) and
# WEIR_INTEGRATION (this folder); exit status 77 says skipped.
set -uo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${1:-$root/build}" && pwd) || exit 2
pattern=${2:-*}

export WEIR_INTEGRATION=$here
export WEIR=$build/weir
WEIR_KAFKA_LIBS=$("$here/kafka/fetch.sh") || exit 2
WEIR_KAFKA_DIR=$(mktemp -d "${TMPDIR:-/tmp}/weir-kafka.XXXXXX")
export WEIR_KAFKA_LIBS WEIR_KAFKA_DIR

finish() {
  "$here/kafka/stop.sh" "$WEIR_KAFKA_DIR"
  rm -rf "$WEIR_KAFKA_DIR"
}
trap finish EXIT
trap 'exit 130' INT TERM
WEIR_KAFKA=$("$here/kafka/start.sh" "$WEIR_KAFKA_DIR") || exit 2
export WEIR_KAFKA
echo "Kafka is at $WEIR_KAFKA"

passed=0 failed=() skipped=()
run() {
  local name=$1 start=$SECONDS status
  shift
  # shellcheck disable=SC2254 # a pattern is what is wanted
  case $name in $pattern) ;; *) return ;; esac
  "$@"
  status=$?
  case $status in
    0) passed=$((passed + 1)) ;;
    77) skipped+=("$name") ;;
    *) failed+=("$name") ;;
  esac
  echo "$name: exit status $status after $((SECONDS - start)) s"
  # A test that left the broker stopped must not fail the others.
  "$here/kafka/start.sh" "$WEIR_KAFKA_DIR" >/dev/null
}

if [ -x "$build/tests/integration/test_kafka_log" ]; then
  run test_kafka_log "$build/tests/integration/test_kafka_log"
else
  skipped+=(test_kafka_log)
fi
for script in "$here"/*_test.sh; do
  if [ -f "$script" ]; then run "$(basename "$script" .sh)" bash "$script"; fi
done

echo "integration: $passed passed, ${#failed[@]} failed${failed[*]:+ (${failed[*]})}, ${#skipped[@]} skipped${skipped[*]:+ (${skipped[*]})}"
[ ${#failed[@]} -eq 0 ]
