#!/bin/bash
# What scripts and options of the program do: exit codes, places of errors, what goes to standard output and what doesn't.
# WEIR: the binary.
source "$(dirname "$0")/helpers.sh"
cd "$dir"
checks=0
# run EXIT_CODE ARGUMENT…: standard output and error are in the files out and err. EXIT_CODE "bad": any from 1 to 127.
run() {
  local wanted=$1 code=0
  shift
  timeout 30 "$WEIR" "$@" >out 2>err </dev/null || code=$?
  checks=$((checks + 1))
  if [[ $wanted == bad ]]; then
    ((code > 0 && code < 124)) || fail "weir $* ended with $code, but should be refused"
  else
    [[ $code == "$wanted" ]] || fail "weir $* ended with $code, not $wanted"
  fi
}
says() { grep -qF -- "$2" "$1" || fail "expected '$2' in $1"; }
silent_on() { ! grep -qF -- "$2" "$1" || fail "unexpected '$2' in $1"; }
is() { [[ $(cat out) == "$1" ]] || fail "standard output isn't exactly: $1"; }

cat >rows.sql <<'SQL'
CREATE STREAM S (K VARCHAR KEY, A INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
INSERT INTO S (ROWTIME, K, A) VALUES (1, 'a', 1);
INSERT INTO S (ROWTIME, K, A) VALUES (2, 'b', 2);
INSERT INTO S (ROWTIME, K, A) VALUES (3, 'c', 3);
SET 'auto.offset.reset' = 'earliest';
SELECT K, A FROM S EMIT CHANGES;
SQL

# JSON output: rows alone on standard output, in the order of the topic; the row limit ends the query.
run 0 --data-dir data --output json --query-row-limit 2 -f rows.sql
is '{"K":"a","A":1}
{"K":"b","A":2}'
says err 'Limit Reached'
says err 'Stream created'

# -e, several of them share the session; LIMIT.
run 0 --data-dir data --output json -e "SET 'auto.offset.reset' = 'earliest';" -e "SELECT A FROM S WHERE A > 1 EMIT CHANGES LIMIT 2;"
is '{"A":2}
{"A":3}'

# -f, then -e.
echo "SET 'auto.offset.reset' = 'earliest';" >set.sql
run 0 --data-dir data --output json -e "SELECT K FROM S EMIT CHANGES LIMIT 1;" -f set.sql
is '{"K":"a"}'

# A property for all statements.
run 0 --data-dir data --output json --property auto.offset.reset=earliest -e 'SELECT K FROM S EMIT CHANGES LIMIT 1;'
is '{"K":"a"}'

# A query that finds nothing ends by its time.
run 0 --data-dir data --output json --query-timeout 200 -e 'SELECT K FROM S WHERE A > 100 EMIT CHANGES;'
is ''

# The first error stops a script; its place is told.
cat >bad.sql <<'SQL'
CREATE STREAM BEFORE_IT (K VARCHAR KEY) WITH (KAFKA_TOPIC='before', VALUE_FORMAT='JSON', PARTITIONS=1);
-- a comment; with a semicolon

CREATE STREAM O AS SELECT K, NOPE FROM S;
CREATE STREAM AFTER_IT (K VARCHAR KEY) WITH (KAFKA_TOPIC='after', VALUE_FORMAT='JSON', PARTITIONS=1);
SQL
run 1 --data-dir data -f bad.sql -e 'CREATE STREAM NEITHER (K VARCHAR KEY) WITH (KAFKA_TOPIC=$$, PARTITIONS=1);'
says err 'bad.sql:4:30: '
says err NOPE
says err 'CREATE STREAM O AS SELECT K, NOPE FROM S;'
says err '                             ^'
silent_on err 'line '
run 0 --data-dir data --output json -e 'SHOW STREAMS;'
says out '"BEFORE_IT"'
silent_on out AFTER_IT
silent_on out NEITHER

# Each of several is described with its own table below its name.
COLUMNS=120 run 0 --data-dir data -e 'DESCRIBE STREAMS;'
[[ $(grep -nE 'Name  .*: S$|^ A  .*INTEGER|Name  .*: BEFORE_IT' out | cut -d: -f2- | tr -s ' ' | tr '\n' '|') == *'Name : S| A | INTEGER '* ]] ||
  fail "the columns of S aren't below its name"

# Syntax errors too.
printf 'SHOW STREAMS;\n\nSHOW\nSTRAMS;\n' >syntax.sql
run 1 --data-dir data -f syntax.sql
says err 'syntax.sql:4:1: '
says err STRAMS

# A place behind a variable is that of the file, not of the text that stands for it.
printf "DEFINE a_long_value = 'SOMETHING';\nSELECT 'x\${a_long_value}',\n K, '\${a_long_value}', NOPE, K FROM S EMIT CHANGES;\n" >places.sql
run 1 --data-dir data -f places.sql
says err 'places.sql:3:24: '
says err ' K, '"'"'${a_long_value}'"'"', NOPE, K'
printf "DEFINE v = 'NOPE';\nSELECT K, \${v} FROM S EMIT CHANGES;\n" >places.sql
run 1 --data-dir data -f places.sql
says err 'places.sql:2:11: '
says err NOPE
run 1 --data-dir data -e 'SELECT NOPE FROM S EMIT CHANGES;'
says err '-e:1:8: '

run 1 --data-dir data -f missing.sql
says err missing.sql

# Variables: from the command line, case-insensitive names; DEFINE in a script.
run 0 --data-dir data --output json --property auto.offset.reset=earliest -d K=b -d n=2 \
  -e "SELECT K FROM S WHERE K = '\${k}' AND A = \${N} EMIT CHANGES LIMIT 1;"
is '{"K":"b"}'
run 0 --data-dir data --output json --property auto.offset.reset=earliest -d what=A \
  -e "DEFINE from_ = 'S'; SELECT \${what} FROM \${from_} EMIT CHANGES LIMIT 1;"
is '{"A":1}'
run 2 --data-dir data -d nothing -e 'SHOW STREAMS;'
says err nothing

# RUN SCRIPT.
echo "SELECT K FROM S EMIT CHANGES LIMIT 1;" >inner.sql
printf "SET 'auto.offset.reset' = 'earliest';\nRUN SCRIPT 'inner.sql';\n" >outer.sql
run 0 --data-dir data --output json -f outer.sql
is '{"K":"a"}'
printf "SHOW TYPES;\nRUN SCRIPT 'bad.sql';\nSHOW TYPES;\n" >outer.sql
run 1 --data-dir data -f outer.sql
says err 'bad.sql:1'
says err 'outer.sql:2:1: '
# A path counts from the file that contains the statement, else from the current folder.
mkdir -p sub/deep
echo "SELECT K FROM S EMIT CHANGES LIMIT 2;" >sub/inner.sql
echo "RUN SCRIPT '../inner.sql';" >sub/deep/middle.sql
printf "SET 'auto.offset.reset' = 'earliest';\nRUN SCRIPT 'deep/middle.sql';\nRUN SCRIPT 'set.sql';\n" >sub/outer.sql
run 0 --data-dir data --output json -f sub/outer.sql
is '{"K":"a"}
{"K":"b"}'
echo "RUN SCRIPT 'itself.sql';" >itself.sql
run 1 --data-dir data -f itself.sql
says err itself.sql

# Options.
run 0 --version
grep -qE '^weir [0-9]+\.[0-9]+\.[0-9]+' out || fail "--version prints no version"
run 0 --help
says out '--data-dir'
run bad --data-dir data --query-row-limit many -e 'SHOW STREAMS;'
says err many
run bad --data-dir data --output xml -e 'SHOW STREAMS;'
says err xml
run bad --data-dir data --nonsense
says err '--nonsense'

# Configuration: what isn't known or can't be is named, with where it is written.
printf '# a comment\nauto.ofset.reset=earliest\n' >wrong.properties
run 1 --data-dir data --config wrong.properties -e 'SHOW STREAMS;'
says err 'wrong.properties'
says err 'line 2'
says err "'auto.ofset.reset'"
says err "'auto.offset.reset'"
run 1 --data-dir data --config missing.properties -e 'SHOW STREAMS;'
says err missing.properties
run 1 --data-dir data --property auto.offset.reset=never -e 'SHOW STREAMS;'
says err never
says err auto.offset.reset
run 1 --data-dir data --property auto.offset.reset -e 'SHOW STREAMS;'
says err 'name=value'
printf 'auto.offset.reset = ${env:RESET}\n' >right.properties
RESET=earliest run 0 --data-dir data --output json --config right.properties -e 'SELECT K FROM S EMIT CHANGES LIMIT 1;'
is '{"K":"a"}'

# Statements on standard input.
printf "SET 'auto.offset.reset' = 'earliest';\nSELECT A\nFROM S\nEMIT CHANGES LIMIT 1;\n" | timeout 30 "$WEIR" --data-dir data --output json >out 2>err ||
  fail "statements on standard input fail"
is '{"A":1}'
code=0
printf 'SHOW STREAMS' | timeout 30 "$WEIR" --data-dir data >out 2>err || code=$?
[[ $code == 1 ]] || fail "an unfinished statement on standard input ends with $code, not 1"
says err semicolon
# They are a script: the first error ends it.
code=0
printf 'SHOW TYPES;\n\nSELECT K,\n  NOPE FROM S EMIT CHANGES;\nCREATE STREAM AFTER_IT (K VARCHAR KEY) WITH (KAFKA_TOPIC='"'after'"', VALUE_FORMAT='"'JSON'"', PARTITIONS=1);\n' |
  timeout 30 "$WEIR" --data-dir data >out 2>err || code=$?
[[ $code == 1 ]] || fail "an error on standard input ends with $code, not 1"
says err '<stdin>:4:3: '
says err '  NOPE FROM S EMIT CHANGES;'
run 0 --data-dir data --output json -e 'SHOW STREAMS;'
silent_on out AFTER_IT

echo "ok script_test: $checks runs"
