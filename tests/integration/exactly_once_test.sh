#!/usr/bin/env bash
# Exactly once on Kafka: what kill_test.sh does on the embedded log, with the killed process on the broker. There the two
# sides of the join are fetched one after the other, and event time runs 4,000 times as fast as the clock: the join has to
# wait for the other side.
set -euo pipefail
KILLS=${KILLS:-8} LONGEST=${LONGEST:-6000} IDLE=${IDLE:-5000} MIDWAY=3000 DEADLINE=${DEADLINE:-120} \
  exec bash "$WEIR_INTEGRATION/../cli/kill_test.sh"
