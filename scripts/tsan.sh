#!/usr/bin/env bash
# tsan.sh BUILD: the tests of the parts with threads, under the thread sanitizer.
set -euo pipefail
cd "$(dirname "$0")/.."
# The sanitizer needs fixed ranges of addresses, which layouts with many random bits (vm.mmap_rnd_bits) take from it.
for test in test_storage_log test_storage_state test_runtime; do
  echo "== $test"
  TSAN_OPTIONS="halt_on_error=1 suppressions=$PWD/scripts/tsan.supp" setarch -R "$1/$test"
done
