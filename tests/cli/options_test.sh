#!/bin/bash
# Options and variables that are wrong are refused by name.
source "$(dirname "$0")/helpers.sh"
cd "$dir"; bad=0
refused() { local code=0; timeout 20 "$WEIR" --data-dir data "${@:2}" >out 2>err </dev/null || code=$?
  if ((code == 0 || code >= 124)) || ! grep -qF -- "$1" err; then echo "FAIL: weir ${*:2} → $code: $(head -2 err)"; bad=1; fi; }
refused MISSING -e 'SHOW TYPES; SHOW ${missing};'
refused -3 --query-row-limit -3 -e 'SHOW TYPES;'
refused loud --log-level loud -e 'SHOW TYPES;'
exit $bad
