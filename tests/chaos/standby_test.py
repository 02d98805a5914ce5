#!/usr/bin/env python3
"""With num.standby.replicas=1, a server that takes over another's work replays the last moments of its changelogs only,
and goes on with the right state.

standby_test.py WEIR"""
import pathlib
import re
import shutil
import sys
import tempfile

from cluster import Broker, Failure, Server, Weir, wait_until

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
    folder = tempfile.mkdtemp(prefix="weir-standby.")
    weir = Weir(str(pathlib.Path(sys.argv[1]).resolve()), folder)
    broker = Broker(f"{folder}/kafka")
    first, second = [Server(weir, f"server{i}", broker.address, "standby", PROPERTIES) for i in range(2)]
    outside = {"kafka": broker.address, "service": "outside"}
    good = False
    try:
        first.start()
        first.tell(SCRIPT.format(count=KEYS * 6 // 5))
        text = weir.run("outside", "PRINT 'counted' FROM BEGINNING;", limits=[
            "--query-timeout", "60000", "--query-row-limit", str(KEYS)], **outside) if wait_until(
                "the query", lambda: first.says("CTAS_COUNTED"), 60) else ""
        if text.count("rowtime") != KEYS:
            raise Failure(f"{text.count('rowtime')} of {KEYS} rows have come out")
        # All the work was the first's. The second gets half of it, and follows the other half.
        second.start()
        wait_until("the second server has a copy of all state", lambda: copied(second) > copied(first) * 0.6, 60)
        before = replayed(second)
        first.kill()
        wait_until("the second server takes over", lambda: second.says("64 slots") or replayed(second) >= 0 and
                   second.says("slots are this process's now"), 60)
        second.tell("INSERT INTO INPUBLICSURVEY_RESPONSES (ROWKEY, RESPONSE_ID) VALUES (STRUCT(RESPONSE_ID := 9999999), 1);")
        wait_until("the second server answers", lambda: weir.run(
            "outside", "PRINT 'counted' FROM BEGINNING;", limits=[
                "--query-timeout", "5000", "--query-row-limit", str(KEYS + 1)],
            **outside).count("rowtime") == KEYS + 1, 90)
        more = replayed(second) - before
        if more > KEYS // 10:
            raise Failure(f"the second server had to replay {more} records although it had a copy")
        good = True
        print(f"ok: {more} of {KEYS} changelog records were replayed after the takeover")
    except Failure as failure:
        print(f"FAIL: {failure}", file=sys.stderr)
    finally:
        for server in (first, second):
            if server.process:
                server.kill()
        broker.stop()
        if good:
            shutil.rmtree(folder)
        else:
            print(f"kept for a look: {folder}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
