#!/usr/bin/env bash
# Exactly once on Kafka: what kill_test.sh does on the embedded log, with the killed process on the broker. There the two
# sides of the join are fetched one after the other, so that event time may not run as far ahead of the clock: a side that
# is fetched some hundred milliseconds later must not be late.
set -euo pipefail
KILLS=${KILLS:-10} LONGEST=${LONGEST:-4000} STEP=${STEP:-50} DEADLINE=${DEADLINE:-120} exec bash "$WEIR_INTEGRATION/../cli/kill_test.sh"
