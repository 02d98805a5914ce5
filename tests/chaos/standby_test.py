#!/usr/bin/env python3
"""With num.standby.replicas=1, a server that takes over another's work replays the last moments of its changelogs only,
and goes on with the right state.

standby_test.py WEIR"""
import pathlib
import re
import sys

from cluster import Failure, Stage, wait_until

PROPERTIES = ["num.standby.replicas=1", "kafka.session.timeout.ms=6000", "heartbeat.send.interval.ms=500",
              "checkpoint.interval.ms=1000"]
KEYS = 3000

SCRIPT = """
SET 'auto.offset.reset' = 'earliest';
CREATE SOURCE CONNECTOR survey WITH ('connector.class' = 'DatagenSource', 'quickstart' = 'survey',
  'topic.prefix' = 'in', 'partitions' = '4', 'count' = '{count}', 'rate' = '0', 'seed' = '7',
  'start.time.ms' = '1700000000000', 'time.step.ms' = '1000');
IMPORT TOPICS LIKE 'in.public.%' AS STREAMS;
CREATE TABLE COUNTED WITH (KAFKA_TOPIC = 'counted', FORMAT = 'JSON', PARTITIONS = 4) AS
  SELECT ROWKEY AS K, COUNT(*) AS N FROM INPUBLICSURVEY_RESPONSES GROUP BY ROWKEY;
"""


def replayed(server):
    """Changelog records that the server has said it had to replay."""
    text = pathlib.Path(f"{server.weir.folder}/{server.name}.log").read_text(errors="replace")
    return sum(int(number) for number in re.findall(r"(\d+) changelog records are to be replayed", text))


def copied(server):
    """Bytes of state on the server's disk."""
    return sum(path.stat().st_size for path in pathlib.Path(f"{server.data}/state").rglob("*.sst"))


def main():
    with Stage("standby", sys.argv[1]) as stage:
        first, second = [stage.server(f"server{i}", "standby", PROPERTIES) for i in range(2)]

        def counted(limit, milliseconds):
            """Rows that are in the table's topic, once there are `limit` of them or the time is over."""
            printed = stage.weir.run("outside", "PRINT 'counted' FROM BEGINNING;", stage.broker.address, "outside", [
                "--query-timeout", str(milliseconds), "--query-row-limit", str(limit)])
            return printed.count("rowtime")

        first.start()
        first.tell(SCRIPT.format(count=KEYS * 6 // 5))
        wait_until("the query", lambda: first.says("CTAS_COUNTED"), 60)
        rows = counted(KEYS, 60000)
        if rows != KEYS:
            raise Failure(f"{rows} of {KEYS} rows have come out")
        # All the work was the first's. The second gets half of it, and follows the other half.
        second.start()
        wait_until("the second server has a copy of all state", lambda: copied(second) > copied(first) * 0.6, 60)
        before = replayed(second)
        first.kill()
        second.tell("INSERT INTO INPUBLICSURVEY_RESPONSES (ROWKEY, RESPONSE_ID) VALUES (STRUCT(RESPONSE_ID := 9999999), 1);")
        wait_until("the second server, with all of the work, answers", lambda: counted(KEYS + 1, 5000) == KEYS + 1, 90)
        more = replayed(second) - before
        if more > KEYS // 10:
            raise Failure(f"the second server had to replay {more} records although it had a copy")
        print(f"ok: {more} of {KEYS} changelog records were replayed after the takeover")
    return stage.exit_code


if __name__ == "__main__":
    sys.exit(main())
