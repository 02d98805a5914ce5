#!/usr/bin/env bash
# Stops the broker that start.sh started in DIR. Usage: stop.sh DIR [--kill]   (--kill: at once, as a crash would)
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
dir=${1:?usage: stop.sh DIR [--kill]}
[ -f "$dir/pid" ] || exit 0
pid=$(cat "$dir/pid")
# A pid may have been given to another process since.
if grep -qa kafka.Kafka "/proc/$pid/cmdline" 2>/dev/null; then
  if [ "${2:-}" = --kill ]; then
    kill -KILL "$pid"
  else
    kill "$pid"
  fi
  deadline=$((SECONDS + 30))
  while kill -0 "$pid" 2>/dev/null; do
    if [ $SECONDS -ge $deadline ]; then kill -KILL "$pid"; fi
    sleep 0.1
  done
fi
rm -f "$dir/pid"

if [ -f "$dir/classes.jsa" ]; then
  cache=$(dirname "$("$here/fetch.sh")")
  if [ -f "$cache/classes.jsa" ]; then rm -f "$dir/classes.jsa"; else mv "$dir/classes.jsa" "$cache/classes.jsa"; fi
fi
