"""What runs while things break: a generator that writes survey records into topics of 12 partitions, and queries of
every kind whose results don't depend on how far one partition is read before another. The same statements, run in one
process that nobody disturbs on the embedded log, say what must come out."""
import collections
import re

from cluster import Failure

PARTITIONS = 12

# Nothing is late, however the partitions are interleaved.
STATEMENTS = """
CREATE SOURCE CONNECTOR survey WITH ('connector.class' = 'DatagenSource', 'quickstart' = 'survey',
  'topic.prefix' = 'in', 'partitions' = '{partitions}', 'count' = '{count}', 'rate' = '{rate}', 'seed' = '{seed}',
  'start.time.ms' = '1700000000000', 'time.step.ms' = '1000');
SET 'auto.offset.reset' = 'earliest';
IMPORT TOPICS LIKE 'in.public.%' AS STREAMS;
CREATE STREAM JOINED WITH (KAFKA_TOPIC = 'joined', VALUE_FORMAT = 'JSON', PARTITIONS = {partitions}) AS
  SELECT R.RESPONDENT_ID AS RESPONDENT_ID, RESPONSE_ID, NAME, ANSWER FROM INPUBLICSURVEY_RESPONSES R
  JOIN INPUBLICSURVEY_RESPONDENTS P WITHIN 30 DAYS GRACE PERIOD 30 DAYS ON R.RESPONDENT_ID = P.RESPONDENT_ID;
CREATE TABLE COUNTED WITH (KAFKA_TOPIC = 'counted', VALUE_FORMAT = 'JSON', PARTITIONS = {partitions}) AS
  SELECT ROWKEY AS K, COUNT(*) AS N, MAX(CREATED_AT) AS LATEST FROM INPUBLICSURVEY_RESPONSES
  WINDOW TUMBLING (SIZE 1 HOUR, RETENTION 400 DAYS, GRACE PERIOD 300 DAYS) GROUP BY ROWKEY;
CREATE TABLE TOTALS WITH (KAFKA_TOPIC = 'totals', FORMAT = 'JSON', PARTITIONS = 5) AS
  SELECT QUESTION, COUNT(*) AS N, SUM(RESPONSE_ID) AS S FROM INPUBLICSURVEY_RESPONSES GROUP BY QUESTION;
CREATE STREAM FILTERED WITH (KAFKA_TOPIC = 'filtered', VALUE_FORMAT = 'JSON', PARTITIONS = {partitions}) AS
  SELECT ROWKEY, RESPONSE_ID, UCASE(ANSWER) AS ANSWER FROM INPUBLICSURVEY_RESPONSES WHERE RESPONSE_ID % 3 = 0;
"""

# How an output is compared. ordered: the same rows, those of a key in the same order. rows: the same rows. last: the
# same last row of each key, as what comes between depends on how those who write a repartition topic interleave.
# superset: at least the same rows.
OUTPUTS = {"joined": "rows", "counted": "ordered", "filtered": "ordered", "totals": "last"}
# With at_least_once what counts may count twice; what passes rows on loses none.
OUTPUTS_AT_LEAST_ONCE = {"joined": "superset", "filtered": "superset"}
INPUTS = {"in.public.survey_respondents": "ordered", "in.public.survey_responses": "ordered"}


def statements(count, rate, seed):
    return STATEMENTS.format(partitions=PARTITIONS, count=count, rate=rate, seed=seed)


LINE = re.compile(r"^rowtime: (.*?), key: (.*?), value: (.*?)(?:, partition: \d+)?$")


def rows_of(text):
    return [match.groups() for match in map(LINE.match, text.splitlines()) if match]


def by_key(rows):
    found = collections.defaultdict(list)
    for time, key, value in rows:
        found[key].append((time, value))
    return found


def compare(topic, how, expected, found):
    """Raises Failure where `found` differs from `expected`, both lists of (time, key, value)."""
    if how == "last":
        ends = [{key: value for _, key, value in rows} for rows in (expected, found)]
        differing = [key for key in ends[0] if ends[1].get(key) != ends[0][key]]
        if differing or len(ends[0]) != len(ends[1]):
            key = (differing or [None])[0]
            raise Failure(f"{topic}: the last row of {len(differing)} keys differs; of {key}: "
                          f"{ends[1].get(key)} instead of {ends[0].get(key)}")
        return
    missing = collections.Counter(expected) - collections.Counter(found)
    extra = collections.Counter(found) - collections.Counter(expected)
    if how == "superset":  # at least once
        extra = None
    if missing or extra:
        raise Failure(f"{topic}: {sum(missing.values())} rows are missing, {sum((extra or {}).values())} too many; "
                      f"missing: {list(missing)[:3]}, too many: {list(extra or [])[:3]}")
    if how == "ordered":
        there = by_key(found)
        for key, rows in by_key(expected).items():
            if rows != there[key]:
                raise Failure(f"{topic}: the rows of key {key} come in another order")
