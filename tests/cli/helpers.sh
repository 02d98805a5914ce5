# Sourced by the tests of this folder: the program, a folder that is gone afterwards, a process in the background that doesn't outlive
# the test, and waits that end.
# WEIR: the binary. DEADLINE: seconds that one wait may take.
set -euo pipefail

WEIR=$(realpath "${WEIR:-build/weir}")
DEADLINE=${DEADLINE:-30}
name=$(basename "$0" .sh)
dir=$(mktemp -d)
pid=  # of the process in the background; empty: there is none

stop() {
  if [[ -n $pid ]]; then
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    pid=
  fi
}

finish() {
  local code=$?
  stop
  rm -rf "$dir"
  exit $code
}
trap finish EXIT

# Says what is wrong, shows what the program wrote, and ends the test.
fail() {
  local file
  echo "FAIL $name: $*" >&2
  for file in "$dir"/out "$dir"/err "$dir"/*.out "$dir"/*.err; do
    [[ ! -f $file ]] || tail -n 50 "$file" | sed "s|^|  ${file##*/}: |" >&2
  done
  exit 1
}

# Waits until the process in the background has written text $1 to file $2.
wait_for() {
  local end=$((SECONDS + DEADLINE)) alive=1
  until grep -qF -- "$1" "$2"; do
    ((alive)) || fail "the process ended without '$1' in ${2##*/}"
    kill -0 "$pid" 2>/dev/null || alive=0
    ((SECONDS < end)) || fail "no '$1' in ${2##*/} after $DEADLINE s"
    sleep 0.02
  done
}

# Waits until the process in the background, which is called $1, has ended with exit code $2.
wait_end() {
  local end=$((SECONDS + DEADLINE)) code=0
  while kill -0 "$pid" 2>/dev/null; do
    ((SECONDS < end)) || fail "$1 doesn't end"
    sleep 0.02
  done
  wait "$pid" || code=$?
  pid=
  [[ $code == "$2" ]] || fail "$1 ended with $code, not $2"
}
