#!/bin/bash
# Exactly-once under kill -9: a generator, a windowed join, a windowed aggregation and one whose groups end by a TTL run in a process that is killed KILLS times at
# random moments. What an output topic holds in the end must be what one uninterrupted run over the same records gives: no row lost, none twice.
# WEIR: the binary. KILLS, COUNT, RATE, SEED, LONGEST (milliseconds until a kill), IDLE (max.task.idle.ms), MIDWAY
# (milliseconds that the look after the last kill takes) and DEADLINE (seconds, of one wait) may be set.
# With WEIR_KAFKA, a broker's address, the killed process works there, while the uninterrupted run stays on the embedded log.
DEADLINE=${DEADLINE:-60}
source "$(dirname "$0")/helpers.sh"
KILLS=${KILLS:-20}
COUNT=${COUNT:-60000}
RATE=${RATE:-4000}
SEED=${SEED:-$((RANDOM + 1))}
LONGEST=${LONGEST:-1200}
IDLE=${IDLE:-0}
MIDWAY=${MIDWAY:-20}
TOPICS=(topic_survey_responses_enriched answers_per_hour answers_lately)

finish() {
  local code=$?
  stop
  if [[ $code == 0 ]]; then rm -rf "$dir"; else echo "kept for a look: $dir (SEED=$SEED)" >&2; fi
}

# One record in six signs a respondent up; the five after it are answers, each of which joins with that one sign-up and changes
# the count of its question.
expected=$((COUNT - (COUNT + 5) / 6))
# A record comes each second of event time, so an answer ends the group of the respondent whose last one came more than 20
# records before: a row more for each. (All rows are compared, so the broker must not compact the topic.)
last_answer=$((COUNT - 1 - (COUNT % 6 == 1)))
expected_of() {  # $1: the topic
  if [[ $1 == answers_lately ]]; then echo $((expected + (last_answer - 20) / 6)); else echo "$expected"; fi
}

script() {  # $1: the generator's rate
  cat <<SQL
CREATE SOURCE CONNECTOR survey WITH ('connector.class' = 'DatagenSource', 'quickstart' = 'survey', 'topic.prefix' = 'postgres_cdc',
  'count' = '$COUNT', 'rate' = '$1', 'seed' = '$SEED', 'start.time.ms' = '1700000000000', 'time.step.ms' = '1000');
SET 'auto.offset.reset' = 'earliest';
SET 'max.task.idle.ms' = '$IDLE';
IMPORT TOPICS LIKE 'postgres_cdc.public.%' AS STREAMS;
CREATE STREAM SURVEY_RESPONSES_ENRICHED
WITH (KAFKA_TOPIC = '${TOPICS[0]}', VALUE_FORMAT = 'JSON_SR', KEY_FORMAT = 'JSON_SR', PARTITIONS = 1) AS
SELECT R.RESPONDENT_ID AS RESPONDENT_ID, R.RESPONSE_ID AS RESPONSE_ID, T.NAME AS NAME, T.GENERATION AS GENERATION,
       T.SATISFACTION AS SATISFACTION, R.QUESTION AS QUESTION, R.ANSWER AS ANSWER, R.IS_REAL AS IS_REAL, R.CREATED_AT AS CREATED_AT
FROM POSTGRES_CDCPUBLICSURVEY_RESPONSES R
INNER JOIN POSTGRES_CDCPUBLICSURVEY_RESPONDENTS T WITHIN 10 MINUTES GRACE PERIOD 2 MINUTES
    ON R.RESPONDENT_ID = T.RESPONDENT_ID
EMIT CHANGES;
CREATE TABLE ANSWERS_PER_HOUR WITH (KAFKA_TOPIC = '${TOPICS[1]}', FORMAT = 'JSON') AS
SELECT QUESTION, COUNT(*) AS N, MAX(RESPONSE_ID) AS LATEST FROM POSTGRES_CDCPUBLICSURVEY_RESPONSES
WINDOW TUMBLING (SIZE 1 HOUR) GROUP BY QUESTION EMIT CHANGES;
CREATE TABLE ANSWERS_LATELY WITH (KAFKA_TOPIC = '${TOPICS[2]}', FORMAT = 'JSON', CLEANUP_POLICY = 'delete',
  TTL = '20 SECONDS') AS
SELECT RESPONDENT_ID, COUNT(*) AS N FROM POSTGRES_CDCPUBLICSURVEY_RESPONSES GROUP BY RESPONDENT_ID EMIT CHANGES;
SQL
}

# Runs the program on data directory $1.
weir_on() {
  local on=(--data-dir "$1")
  shift
  if [[ -n ${WEIR_KAFKA:-} && ${on[1]} == "$dir/killed" ]]; then
    on+=(--bootstrap-servers "$WEIR_KAFKA" --property "service.id=kill_$$")
  fi
  exec "$WEIR" "${on[@]}" "$@"
}

# Starts a shell on data directory $1 whose input stays open; the processes end by a kill only.
start() {
  rm -f "$dir/input"
  mkfifo "$dir/input"
  weir_on "$1" <"$dir/input" >"$dir/shell.out" 2>"$dir/shell.err" &
  pid=$!
  exec 3>"$dir/input"
}

rows_of() { grep -c '^rowtime' "$1" || true; }

# Prints the records of topic $5 of data directory $1 to file $2, for $3 milliseconds or until there are $4 of them.
dump() {
  (weir_on "$1" --query-timeout "$3" --query-row-limit "$4" -e "PRINT '$5' FROM BEGINNING;") >"$2" 2>"$dir/print.err" ||
    fail "the output in $1 can't be read: $(tail -3 "$dir/print.err")"
}

# Lets the queries of data directory $1 go on until each output has all its rows, then writes its records to file $2.TOPIC: rowtime, key,
# value.
complete() {
  local topic began_ms wanted
  for topic in "${TOPICS[@]}"; do
    wanted=$(expected_of "$topic")
    dump "$1" "$2.first" $((DEADLINE * 1000)) "$wanted" "$topic"
    (($(rows_of "$2.first") >= wanted)) || fail "only $(rows_of "$2.first") of $wanted rows of $topic after $DEADLINE s in $1 (SEED=$SEED)"
    # All input is there by now: rows beyond the expected ones would come at once. The limit is above what is right so that they show, and
    # the time is above what reading the expected ones takes.
    began_ms=$(date +%s%3N)
    dump "$1" "$2.first" $((DEADLINE * 1000)) "$wanted" "$topic"
    dump "$1" "$2.all" $((3000 + 3 * ($(date +%s%3N) - began_ms))) $((wanted * 2)) "$topic"
    grep '^rowtime' "$2.all" >"$2.$topic"
  done
}

began=$SECONDS
mkdir "$dir/killed" "$dir/straight"
script "$RATE" >"$dir/rate.sql"
script 0 >"$dir/fast.sql"
(weir_on "$dir/straight" -f "$dir/fast.sql") >"$dir/out" 2>&1 || fail "the script fails: $(tail -3 "$dir/out")"
complete "$dir/straight" "$dir/straight.rows"

(weir_on "$dir/killed" -f "$dir/rate.sql") >"$dir/out" 2>&1 || fail "the script fails: $(tail -3 "$dir/out")"
kills=0
while ((kills < KILLS)); do
  start "$dir/killed"
  pause=$((200 + RANDOM % (LONGEST - 199)))
  sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
  kill -0 "$pid" 2>/dev/null || fail "the process ended by itself after $kills kills: $(tail -5 "$dir/shell.err")"
  stop
  exec 3>&-
  kills=$((kills + 1))
done
dump "$dir/killed" "$dir/midway" "$MIDWAY" "$expected" "${TOPICS[0]}"
midway=$(rows_of "$dir/midway")
complete "$dir/killed" "$dir/killed.rows"

for topic in "${TOPICS[@]}"; do
  wanted=$(expected_of "$topic")
  for run in straight killed; do sort "$dir/$run.rows.$topic" >"$dir/$run.sorted"; done
  rows=$(rows_of "$dir/killed.rows.$topic")
  straight=$(rows_of "$dir/straight.rows.$topic")
  [[ $straight == "$wanted" ]] || fail "the uninterrupted run gives $straight rows of $topic, not $wanted"
  if ! cmp -s "$dir/straight.sorted" "$dir/killed.sorted"; then
    echo "missing: $(comm -23 "$dir/straight.sorted" "$dir/killed.sorted" | wc -l), too many: $(comm -13 "$dir/straight.sorted" "$dir/killed.sorted" | wc -l)" >&2
    diff "$dir/straight.sorted" "$dir/killed.sorted" | head -6 >&2 || true
    fail "after $kills kills $topic differs from that of one run: $rows rows, $wanted expected (SEED=$SEED)"
  fi
done
echo "ok $name: $kills kills, $midway rows were there after the last, $expected rows and more of each of ${#TOPICS[@]} topics compared, $((SECONDS - began)) s"
