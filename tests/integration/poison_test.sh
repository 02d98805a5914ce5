#!/usr/bin/env bash
# Poison records on a real broker: see tests/cli/poison_test.sh.
GOOD=${GOOD:-99} exec bash "$WEIR_INTEGRATION/../cli/poison_test.sh"
