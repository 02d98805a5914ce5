#!/bin/bash
# Poison records of every kind among good ones: all the good rows come out, all the bad ones are in the dead-letter topics, and after
# the process was killed on the way each is there once.
# WEIR: the binary. GOOD: good records around each bad one. WEIR_KAFKA: a broker to run on; without it the embedded log.
source "$(dirname "$0")/helpers.sh"
cd "$dir"
GOOD=${GOOD:-999}
service=poison_$$
options=(--data-dir "$dir/data" --property "service.id=$service" --property auto.offset.reset=earliest --output json)
[[ -z ${WEIR_KAFKA:-} ]] || options+=(--bootstrap-servers "$WEIR_KAFKA")
weir() { timeout "$((DEADLINE * 10))" "$WEIR" "${options[@]}" "$@" </dev/null 2>>"$dir/err"; }
topic() { echo "${service}_$1"; }

# format NAME VALUE_FORMAT COLUMNS GOOD_COLUMNS GOOD_VALUES: a stream that is written well, the same topic in bytes, and a query that reads it.
streams= queries= checks=()
format() {
  local name=$1 value_format=$2 columns=$3 extra=${4:-}
  streams+="CREATE STREAM $name (K INT KEY, $columns) WITH (KAFKA_TOPIC='$(topic "$name")', KEY_FORMAT='KAFKA', VALUE_FORMAT='$value_format', PARTITIONS=2$extra);
CREATE STREAM RAW_$name (K BYTES KEY, V BYTES) WITH (KAFKA_TOPIC='$(topic "$name")', KEY_FORMAT='KAFKA', VALUE_FORMAT='KAFKA');
"
  queries+="CREATE STREAM GOOD_$name WITH (KAFKA_TOPIC='$(topic "GOOD_$name")', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON', ON_ERROR='DEAD_LETTER', DEAD_LETTER_TOPIC='$(topic "BAD_$name")') AS
  SELECT * FROM $name EMIT CHANGES;
"
}
format JS JSON 'N INT, S STRING, A ARRAY<INT>'
format AV AVRO 'N INT, S STRING'
format PB PROTOBUF 'N INT, S STRING'
format PN PROTOBUF_NOSR 'N INT, S STRING'
format DE DELIMITED 'N INT, S STRING'
format KA KAFKA 'N INT'
format TS JSON 'N INT, T STRING' ", TIMESTAMP='T', TIMESTAMP_FORMAT='yyyy-MM-dd'"

number=0
declare -A good bad
good_rows() { # NAME COUNT
  local i
  for ((i = 0; i < $2; ++i)); do
    number=$((number + 1))
    case $1 in
      KA) echo "INSERT INTO KA (K, N) VALUES ($number, $number);" ;;
      TS) echo "INSERT INTO TS (K, N, T) VALUES ($number, $number, '2024-01-31');" ;;
      *) echo "INSERT INTO $1 (K, N, S) VALUES ($number, $number, 's$number');" ;;
    esac
  done
}
# poison NAME VALUE [KEY]: expressions of BYTES. The bad record lies somewhere among its good ones.
poison() {
  local name=$1 value=$2 key=${3:-"TO_BYTES('00000007', 'hex')"} before=$((RANDOM % (GOOD + 1)))
  good_rows "$name" "$before"
  echo "INSERT INTO RAW_$name (K, V) VALUES ($key, $value);"
  good_rows "$name" $((GOOD - before))
}
text() { echo "TO_BYTES('$1', 'utf8')"; }
hex() { echo "TO_BYTES('$1', 'hex')"; }
kinds() {
  cat <<KINDS
JS|$(text 'no json')
JS|$(text '{"N": 1')
JS|$(text '{"N": "x"}')
JS|$(text '{"N": 99999999999999999999}')
JS|$(text '{"N": 1.5e400}')
JS|$(text '{"N": {"M": 1}}')
JS|$(text '{"A": ["x"]}')
JS|$(text '[1, 2]')
JS|$(text '')
JS|$(hex '7B2253223A22FFFE227D')
JS|TO_BYTES(LPAD('', 100000, '['), 'utf8')
JS|TO_BYTES(CONCAT('{"A": ', LPAD('', 100000, '[')), 'utf8')
JS|$(text '{"N": 1}')|$(hex '0001')
JS|$(text '{"N": 1}')|$(hex '000000000000000001')
AV|$(hex '')
AV|$(hex '00')
AV|$(hex '0500000001020202')
AV|$(hex '00000F423F020202')
AV|$(hex '0000000001')
AV|$(hex '000000000102')
AV|$(hex '0000000001FFFFFFFFFFFFFFFFFFFFFF')
AV|$(text '{"N": 1}')
PB|$(hex '00')
PB|$(hex '00000F423F0008')
PB|$(text 'plain text')
PB|$(hex '000000000200FFFFFF')
PN|$(hex 'FFFFFFFF')
PN|$(hex '0AFF01')
DE|$(text 'x,y')
DE|$(text '1,2,3,4')
DE|$(text '"1')
DE|$(text '')
KA|$(hex '01')
KA|$(hex '0000000000000001')
TS|$(text '{"N": 1, "T": "yesterday"}')
TS|$(text '{"N": 1}')
KINDS
}
{
  echo "$streams"
  while IFS='|' read -r name value key; do
    poison "$name" "$value" ${key:+"$key"}
  done < <(kinds)
} >input.sql
for name in JS AV PB PN DE KA TS; do
  bad[$name]=$(kinds | grep -c "^$name|")
  good[$name]=$((bad[$name] * GOOD))
done

start=$SECONDS
weir -f input.sql >out || fail "the records can't be written"
echo "$queries" >queries.sql
# Killed while it works.
weir -f queries.sql >out || fail "the queries can't be made"
"$WEIR" "${options[@]}" >"$dir/run.out" 2>>"$dir/err" < <(sleep "$DEADLINE") &
pid=$!
sleep 0.3
stop

for name in JS AV PB PN DE KA TS; do
  wanted=$((good[$name] + 0))
  weir --query-timeout "$((DEADLINE * 1000))" \
    -e "CREATE STREAM IF NOT EXISTS SEEN_$name (K INT KEY, N INT) WITH (KAFKA_TOPIC='$(topic "GOOD_$name")', KEY_FORMAT='KAFKA', VALUE_FORMAT='JSON');" \
    -e "SELECT N FROM SEEN_$name EMIT CHANGES LIMIT $wanted;" >rows
  found=$(sort -u rows | grep -c '"N"' || true)
  [[ $found == "$wanted" ]] || fail "$name: $found good rows came out, not $wanted"
  weir --query-timeout "$((DEADLINE * 1000))" \
    -e "CREATE STREAM IF NOT EXISTS SEEN_BAD_$name (K BYTES KEY, V BYTES, Q BYTES HEADER('weir.error.query'), O BYTES HEADER('weir.error.offset'), P BYTES HEADER('weir.error.partition')) WITH (KAFKA_TOPIC='$(topic "BAD_$name")', KEY_FORMAT='KAFKA', VALUE_FORMAT='KAFKA');" \
    -e "SELECT FROM_BYTES(Q, 'utf8') AS Q, FROM_BYTES(P, 'utf8') AS P, FROM_BYTES(O, 'utf8') AS O FROM SEEN_BAD_$name EMIT CHANGES LIMIT ${bad[$name]};" >letters
  found=$(grep '"Q"' letters | sort -u | wc -l)
  [[ $found == "${bad[$name]}" ]] || fail "$name: $found dead letters, not ${bad[$name]}"
done
# Nothing more than that, so each came once: the ends of the topics' partitions. On Kafka transactions count there as well.
if [[ -z ${WEIR_KAFKA:-} ]]; then
  weir -e 'SHOW TOPICS EXTENDED;' >topics
  for name in "${!good[@]}"; do
    for what in "GOOD_$name ${good[$name]}" "BAD_$name ${bad[$name]}"; do
      found=$(grep -F "\"$(topic "${what% *}")\"" topics | grep -o '"End Offsets":"[^"]*"' | grep -o '[0-9]\+' | awk '{ sum += $1 } END { print sum }')
      [[ $found == "${what#* }" ]] || fail "$(topic "${what% *}") holds $found records, not ${what#* }"
    done
  done
fi
weir -e 'SHOW QUERIES;' >states
! grep -qw ERROR states || fail "a query has ended: $(cat states)"
echo "poison: $(kinds | wc -l) kinds of bad records, each among $GOOD good ones: all good rows came out, all bad ones are dead letters, $((SECONDS - start)) s"
