#!/bin/bash
# No broker answers at the address: the shell is there all the same, a script waits until it is interrupted.
# WEIR: the binary. The shell's part needs util-linux' script(1), which gives it a terminal.
source "$(dirname "$0")/helpers.sh"
ADDRESS=127.0.0.1:9  # the discard service: nobody runs it
count() { grep -oF -- "$1" "$2" | wc -l; }
cd "$dir"

# A script waits, and says so once.
touch script.err
"$WEIR" --bootstrap-servers $ADDRESS -e 'SHOW STREAMS;' >script.out 2>script.err </dev/null &
pid=$!
wait_for "$ADDRESS can't be reached" script.err
grep -q 'tried again until it is there; Ctrl-C ends' script.err || fail "the script isn't told that it is waited for"
sleep 3
kill -0 $pid 2>/dev/null || fail "the script didn't wait"
kill -TERM $pid
wait_end 'the interrupted script' 130
[[ $(count "$ADDRESS can't be reached" script.err) == 1 ]] || fail "the script says more than once that the broker is away"

# The shell is there at once.
if ! command -v script >/dev/null; then
  echo "broker_away_test: no script(1), the shell isn't tested"
  exit 0
fi
mkfifo keys
touch shell.out
HOME=$dir TERM=dumb script -qefc "'$WEIR' --bootstrap-servers $ADDRESS" /dev/null <keys >shell.out 2>shell.err &
pid=$!
exec 3>keys
wait_for 'weir> ' shell.out
wait_for "$ADDRESS can't be reached" shell.out
echo 'help' >&3
wait_for "Statements are SQL and end with a semicolon" shell.out
echo "SET 'auto.offset.reset'='earliest';" >&3
wait_for 'Successfully changed local property' shell.out
echo 'SHOW STREAMS;' >&3
wait_for "Kafka at $ADDRESS isn't there yet: Kafka" shell.out
echo 'SHOW PROPERTIES;' >&3
wait_for 'bootstrap.servers' shell.out
[[ $(count 'It is tried again until it is there' shell.out) == 1 ]] || fail "the shell says more than once that the broker is away"
echo 'exit' >&3
wait_end 'the shell' 0
exec 3>&-
echo "broker_away_test passed"
