#!/bin/bash
# A join over topics that are full already: its two sides go through repartition topics, and neither may run so far ahead of the other
# that the other's rows come late. WEIR: the binary. COUNT and DEADLINE (seconds) may be set.
DEADLINE=${DEADLINE:-60}
source "$(dirname "$0")/helpers.sh"
COUNT=${COUNT:-60000}
cd "$dir"
# One record in six signs a respondent up; the five after it are answers, each of which joins with that one sign-up.
expected=$((COUNT - (COUNT + 5) / 6))
rows() { "$WEIR" --data-dir data --query-timeout "$1" --query-row-limit "$2" -e "PRINT $3 FROM BEGINNING;" 2>err | grep -c '^rowtime' || true; }

cat > load.sql <<SQL
CREATE SOURCE CONNECTOR survey WITH ('connector.class' = 'DatagenSource', 'quickstart' = 'survey', 'topic.prefix' = 'postgres_cdc',
  'count' = '$COUNT', 'rate' = '0', 'seed' = '7', 'start.time.ms' = '1700000000000', 'time.step.ms' = '1000');
SQL
"$WEIR" --data-dir data -f load.sql >out 2>&1 || fail "loading: $(tail -3 out)"
loaded=$(rows $((DEADLINE * 1000)) "$expected" "'postgres_cdc.public.survey_responses'")
[[ $loaded == "$expected" ]] || fail "only $loaded of $expected answers were made"

cat > join.sql <<SQL
SET 'auto.offset.reset' = 'earliest';
IMPORT TOPICS LIKE 'postgres_cdc.public.%' AS STREAMS;
CREATE STREAM ENRICHED AS SELECT R.RESPONDENT_ID AS RESPONDENT_ID, R.RESPONSE_ID AS RESPONSE_ID, T.NAME AS NAME
FROM POSTGRES_CDCPUBLICSURVEY_RESPONSES R INNER JOIN POSTGRES_CDCPUBLICSURVEY_RESPONDENTS T WITHIN 10 MINUTES GRACE PERIOD 2 MINUTES
    ON R.RESPONDENT_ID = T.RESPONDENT_ID EMIT CHANGES;
SQL
"$WEIR" --data-dir data -f join.sql >out 2>&1 || fail "the join: $(tail -3 out)"
joined=$(rows $((DEADLINE * 1000)) "$expected" ENRICHED)
[[ $joined == "$expected" ]] || fail "$joined of $expected rows came out"
echo "ok catch_up_test: $joined rows"
