#!/usr/bin/env bash
# demo.sh WEIR: runs the survey pipeline on an embedded log in a temporary folder and shows enriched rows.
set -euo pipefail
weir=$(realpath "$1")
cd "$(dirname "$0")/.."
data=$(mktemp -d)
trap 'rm -rf "$data"' EXIT
rows=${ROWS:-25}
echo "A survey is being generated; its responses are joined with its respondents. The first $rows enriched rows:"
"$weir" --data-dir "$data" --query-row-limit "$rows" --query-timeout 120000 \
  -f queries/survey/generate.sql -f queries/survey/import.sql -f queries/survey/ksql.sql | tee "$data/out"
shown=$(grep -c '^|' "$data/out" || true)
[ "$shown" -gt "$rows" ] || { echo "The demo showed fewer than $rows rows." >&2; exit 1; }
