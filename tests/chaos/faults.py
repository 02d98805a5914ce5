#!/usr/bin/env python3
"""One fault after another against servers on a real broker. Each ends in what an undisturbed process on the embedded log
gives, or in the error that an operator must be shown.

broker     the broker stops and starts in mid-stream: queries retry, and go on by themselves
partition  a partition is added to a source topic: queries without state in it take it in, others end with the reason
topic      a source, then a sink is deleted under a query: it ends with the reason, others go on; made again, it resumes
disk       the state's disk is full: queries retry, others go on; with space they go on by themselves
state      state directories are damaged between two starts: that is said, and they are rebuilt

faults.py WEIR [FAULT …] [--count N] [--rounds N] [--seed N]; without names all."""
import argparse
import collections
import pathlib
import random
import subprocess
import sys
import time

from cluster import Failure, Stage, wait_until
from servers import OUTSIDE, check_topics, read, reference
from workload import INPUTS, OUTPUTS, compare, statements

PROPERTIES = ["max.task.idle.ms=0", "num.threads=2", "metadata.max.age.ms=1000", "checkpoint.interval.ms=500"]


class Faults:
    def __init__(self, stage, options):
        self.stage, self.weir, self.broker, self.options = stage, stage.weir, stage.broker, options
        self.expected = None

    def server(self, name, service, properties=()):
        server = self.stage.server(name, service, PROPERTIES + list(properties), json_output=True)
        server.start()
        return server

    def end(self):
        self.stage.kill_servers()

    # The workload of servers.py, whose topics are made anew for each fault.

    def begin_workload(self, server):
        if self.expected is None:
            self.expected = reference(self.weir, self.options)
            print("the reference is there", flush=True)
        server.tell(statements(self.options.count, self.options.rate, self.options.seed))
        server.ask("SHOW QUERIES;", 120)

    def rows_written(self, server):
        queries = server.ask("SHOW QUERIES EXTENDED;")
        return sum(int(row["Records Out"]) for row in queries if row.get("Sink Name"))

    def await_rows(self, server, rows):
        wait_until(f"{rows} rows", lambda: self.rows_written(server) >= rows, 120)

    def check_workload(self):
        check_topics(self.weir, self.broker, self.expected, {**INPUTS, **OUTPUTS}, 120)

    def delete_topics(self, topics):
        for topic in topics:
            self.broker.topics("delete", topic)

    # Small topics whose rows are written one by one.

    def embedded(self, name, script):
        self.weir.run(name, "SET 'auto.offset.reset'='earliest';" + script)

    def reference(self, name, topic, count):
        """The (key, value) of a topic of the embedded log, once there are so many."""
        found = read(self.weir, name, topic, count, 60)
        if len(found) != count:
            raise Failure(f"the undisturbed run {name} wrote {len(found)} rows to {topic}, not {count}")
        return [("", key, value) for _, key, value in found]

    def rows(self, topic, seconds=3):
        """(key, value) of the topic."""
        found = read(self.weir, "outside", topic, 100000, seconds, kafka=self.broker.address, **OUTSIDE)
        return [("", key, value) for _, key, value in found]

    def await_equal(self, topic, how, want, keep=lambda row: True, seconds=60):
        end = time.monotonic() + seconds
        while True:
            found = [row for row in self.rows(topic) if keep(row)]
            try:
                compare(topic, how, want, found)
                print(f"{topic}: {len(found)} rows, as they must be", flush=True)
                return
            except Failure:
                if time.monotonic() > end:
                    raise


def await_state(server, sink, state, *texts, seconds=60, extended=True):
    """The query that writes `sink` has the state, and its reason contains the texts."""
    seen = {}

    def reached():
        seen.update(server.queries(extended))
        found = seen.get(sink, ("", ""))
        return found[0] == state and all(text in found[1] for text in texts)

    try:
        wait_until(f"{sink} {state} {texts}", reached, seconds)
    except Failure as failure:
        raise Failure(f"{failure}; {server.name}: {seen}") from None
    print(f"{server.name}: {sink} is {state}. {seen[sink][1]}", flush=True)


def broker_fault(faults):
    server = faults.server("broker0", "broker")
    faults.begin_workload(server)
    for round_ in range(faults.options.rounds):
        faults.await_rows(server, (round_ + 1) * 500)
        faults.broker.stop()
        await_state(server, "FILTERED", "RETRYING", extended=False, seconds=120)
        faults.broker.start()
        for sink in OUTPUTS:
            await_state(server, sink.upper(), "RUNNING", seconds=120)
    faults.check_workload()
    faults.end()
    faults.delete_topics({**INPUTS, **OUTPUTS})


def values(rows):
    """For a SOURCE topic of the partition test: INSERT statements of (key, value)."""
    return "".join(f"INSERT INTO SRC (K, G, V) VALUES ('{key}', '{group}', {number});" for key, group, number in rows)


def json_rows(rows):
    return [(key, f'{{"G":"{group}","V":{number}}}') for key, group, number in rows]


SOURCE = "CREATE STREAM SRC (K STRING KEY, G STRING, V INT) WITH (KAFKA_TOPIC='src', VALUE_FORMAT='JSON', PARTITIONS=3);"
PASSED = """CREATE STREAM PASSED WITH (KAFKA_TOPIC='passed', PARTITIONS=3) AS SELECT K, G, V * 2 AS W FROM SRC WHERE V % 3 = 0;"""
GROUPED = """CREATE TABLE GROUPED WITH (KAFKA_TOPIC='grouped', PARTITIONS=2) AS SELECT G, COUNT(*) AS N, SUM(V) AS S FROM SRC GROUP BY G;"""
KEYED = """CREATE TABLE KEYED WITH (KAFKA_TOPIC='keyed', PARTITIONS=2) AS SELECT K, COUNT(*) AS N, SUM(V) AS S FROM SRC GROUP BY K;"""


def expected_rows(faults, name, rows):
    """What SOURCE's queries give for the rows in the embedded run: every row of a table's source changes it."""
    passing = sum(1 for _, _, number in rows if number % 3 == 0)
    counts = {"passed": passing, "grouped": len(rows), "keyed": len(rows)}
    return {topic: faults.reference(name, topic, count) for topic, count in counts.items()}


def partition_of(key):
    return sum(key.encode()) % 3


def partition_fault(faults):
    before = [(f"k{i % 7}", f"g{i % 5}", i) for i in range(60)]
    after = [(f"n{i % 4}", f"g{i % 5}", 3 * i) for i in range(40)]  # in the new partition
    queries = SOURCE + PASSED + GROUPED + KEYED
    faults.embedded("partition1", queries + values(before))
    faults.embedded("partition2", queries + values(before + after))
    want = expected_rows(faults, "partition2", before + after)
    want_before = expected_rows(faults, "partition1", before)["keyed"]
    is_real = lambda row: "warm" not in row[1]

    servers = [faults.server(f"partition{i}", "partition", ["auto.offset.reset=latest"]) for i in (3, 4)]
    servers[0].ask(queries)
    # The queries begin at the end of each partition: where that is shows when something comes through it.
    warmed = set()

    def warm_up():
        for partition in range(3):
            faults.broker.produce("src", partition, json_rows([(f"warm{partition}", f"warm{partition}", 0)]))
        for topic in want:
            warmed.update((topic, key.strip('"')) for _, key, _ in faults.rows(topic, seconds=1))
        return {(topic, f"warm{p}") for topic in want for p in range(3)} <= warmed

    wait_until("all partitions are read", warm_up, 120)
    for partition in range(3):
        rows = [row for row in before if partition_of(row[0]) == partition]
        if rows:
            faults.broker.produce("src", partition, json_rows(rows))
    faults.await_equal("keyed", "last", want_before, is_real)
    faults.broker.topics("partitions", "src", 4)
    faults.broker.produce("src", 3, json_rows(after))
    for server in servers:
        await_state(server, "KEYED", "ERROR", "src had 3 partitions", "has 4 now", "TERMINATE")
    faults.await_equal("passed", "rows", want["passed"], is_real)
    faults.await_equal("grouped", "last", want["grouped"], is_real)
    faults.await_equal("keyed", "last", want_before, is_real)
    # What it says is what helps.
    servers[1].ask("SET 'auto.offset.reset'='earliest'; DROP TABLE KEYED DELETE TOPIC;")
    servers[1].ask(KEYED)
    faults.await_equal("keyed", "last", want["keyed"], is_real)
    # A start finds the new partition's positions and goes on from them.
    servers[0].kill()
    servers[0].start()
    servers[0].queries()
    more = [("later", "g1", 3)]
    faults.embedded("partition5", queries + values(before + after + more))
    expected = expected_rows(faults, "partition5", before + after + more)
    faults.broker.produce("src", 3, json_rows(more))
    for topic, how in {"passed": "rows", "grouped": "last", "keyed": "last"}.items():
        faults.await_equal(topic, how, expected[topic], is_real)
    faults.end()
    faults.delete_topics(["src", *want])


def topic_fault(faults):
    other = """CREATE STREAM OTHER (K STRING KEY, G STRING, V INT) WITH (KAFKA_TOPIC='other', VALUE_FORMAT='JSON', PARTITIONS=2);
      CREATE STREAM OTHER_OUT WITH (KAFKA_TOPIC='other_out') AS SELECT K, V FROM OTHER;"""
    parts = [[(f"k{i % 7}", f"g{i % 5}", 3 * i) for i in range(part * 30, part * 30 + 30)] for part in range(4)]
    for part in range(4):
        faults.embedded(f"reference{part}", SOURCE + PASSED + GROUPED + KEYED + values(sum(parts[:part + 1], [])))
    expected = [expected_rows(faults, f"reference{part}", sum(parts[:part + 1], [])) for part in range(4)]
    passed, keyed = ([rows[topic] for rows in expected] for topic in ("passed", "keyed"))
    server = faults.server("topic4", "topic", ["num.threads=1", "auto.offset.reset=earliest"])
    server.ask(SOURCE + PASSED + KEYED + other)
    sent = []

    def others_go_on():
        sent.extend((f"o{len(sent) + i}", len(sent)) for i in range(20))
        faults.broker.produce("other", 0, [(key, f'{{"G":"","V":{number}}}') for key, number in sent[-20:]])
        faults.await_equal("other_out", "rows", [("", key, f'{{"V":{number}}}') for key, number in sent])

    def produce(part):
        for partition in range(3):
            rows = [row for row in parts[part] if partition_of(row[0]) == partition]
            if rows:
                faults.broker.produce("src", partition, json_rows(rows))

    produce(0)
    faults.await_equal("passed", "rows", passed[0])
    faults.await_equal("keyed", "last", keyed[0])
    others_go_on()
    ids = {row["Sink Name"]: row["Query ID"] for row in server.ask("SHOW QUERIES;")}

    faults.broker.topics("delete", "src")
    for sink in ("PASSED", "KEYED"):
        await_state(server, sink, "ERROR", "The topic src doesn't exist", "RESUME " + ids[sink])
    others_go_on()
    faults.broker.topics("create", "src", 3)
    produce(1)
    for sink in ("PASSED", "KEYED"):
        server.ask(f"RESUME {ids[sink]};")
        await_state(server, sink, "RUNNING")
    faults.await_equal("passed", "rows", passed[1])
    faults.await_equal("keyed", "last", keyed[1])

    faults.broker.topics("delete", "passed")
    produce(2)
    await_state(server, "PASSED", "ERROR", "The topic passed doesn't exist", "RESUME " + ids["PASSED"])
    faults.await_equal("keyed", "last", keyed[2])  # of the same worker and transaction
    others_go_on()
    faults.broker.topics("create", "passed", 3)
    server.ask(f"RESUME {ids['PASSED']};")
    await_state(server, "PASSED", "RUNNING")
    produce(3)
    # The topic begins anew, after the last commit.
    rest = list((collections.Counter(passed[3]) - collections.Counter(passed[1])).elements())
    faults.await_equal("passed", "rows", rest)
    faults.await_equal("keyed", "last", keyed[3])
    others_go_on()
    faults.end()
    faults.delete_topics(["src", "passed", "keyed", "other", "other_out"])


def disk_fault(faults):
    disk = pathlib.Path(faults.weir.folder) / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "weir-chaos", disk], capture_output=True, text=True)
    if mounted.returncode != 0:
        print(f"disk: skipped, as nothing can be mounted here: {mounted.stderr.strip()}", flush=True)
        return
    try:
        server = faults.server("disk0", "disk", [f"state.dir={disk}"])
        faults.begin_workload(server)

        def disk_is_full():  # more than the first checkpoints of all tasks take
            return [reason for state, reason in server.queries().values()
                    if state == "RETRYING" and "No space left on device" in reason and str(disk) in reason]

        print(wait_until("a query waits for the disk", disk_is_full, 120)[0], flush=True)
        check_topics(faults.weir, faults.broker, faults.expected, {"filtered": OUTPUTS["filtered"]}, 240)
        await_state(server, "FILTERED", "RUNNING")
        if not disk_is_full():
            wait_until("a query still waits for the disk", disk_is_full, 60)
        subprocess.run(["mount", "-o", "remount,size=1g", disk], check=True)
        for sink in OUTPUTS:
            await_state(server, sink.upper(), "RUNNING")
        faults.check_workload()
        await_state(server, "JOINED", "RUNNING")
        faults.end()
        faults.delete_topics({**INPUTS, **OUTPUTS})
    finally:
        faults.end()
        subprocess.run(["umount", "-l", disk], check=False)


def flip(file):
    data = bytearray(file.read_bytes())
    for at in range(len(data) % 97, len(data), 97):
        data[at] ^= 0x5A
    file.write_bytes(data)


def truncate(file):
    file.write_bytes(file.read_bytes()[:file.stat().st_size // 2])


OLDER = "half a MANIFEST"  # which may leave an older checkpoint, whole
DAMAGES = {
    "flipped bytes in an SST": ("*.sst", flip), "flipped bytes in the MANIFEST": ("MANIFEST-*", flip),
    "no CURRENT": ("CURRENT", pathlib.Path.unlink), "half an SST": ("*.sst", truncate),
    OLDER: ("MANIFEST-*", truncate), "an SST is missing": ("*.sst", pathlib.Path.unlink),
    "an empty CURRENT": ("CURRENT", lambda file: file.write_bytes(b"")),
}


def state_fault(faults):
    server = faults.server("state0", "state")
    faults.begin_workload(server)
    for round_ in range(faults.options.rounds):
        faults.await_rows(server, 1000)
        server.kill() if round_ % 2 == 0 else server.end()
        tasks = sorted({file.parent for file in pathlib.Path(server.data).glob("state/*/*/CURRENT")})
        damaged = {}
        for number, task in enumerate(tasks):
            what, (pattern, damage) = list(DAMAGES.items())[(number + round_) % len(DAMAGES)]
            files = sorted(task.glob(pattern))
            if not files:
                continue
            damage(random.choice(files))
            damaged[task] = what
        if len(damaged) < len(DAMAGES):
            raise Failure(f"only {len(damaged)} of the state directories had something to damage")
        log = pathlib.Path(f"{faults.weir.folder}/{server.name}.log")
        said_before = log.stat().st_size
        server.start()
        server.queries()

        def unsaid():
            said = log.read_text(errors="replace")[said_before:].splitlines()
            return [f"{what} in {task}" for task, what in damaged.items() if what != OLDER
                    and not any(f"{task}'" in line and "changelog" in line for line in said)]

        try:
            wait_until("every damage is told", lambda: not unsaid(), 60)
        except Failure as failure:
            raise Failure(f"{failure}: {unsaid()}") from None
        print(f"{len(damaged)} damaged directories were found and told", flush=True)
    faults.check_workload()
    for sink in OUTPUTS:
        await_state(server, sink.upper(), "RUNNING")
    faults.end()
    faults.delete_topics({**INPUTS, **OUTPUTS})


FAULTS = {"topic": topic_fault, "partition": partition_fault, "broker": broker_fault, "disk": disk_fault,
          "state": state_fault}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weir")
    parser.add_argument("faults", nargs="*", metavar="FAULT", choices=[[], *FAULTS])
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--rate", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 100000))
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    random.seed(options.seed)
    with Stage("faults", options.weir, options.keep, f"seed {options.seed}") as stage:
        faults = Faults(stage, options)
        for name in options.faults or FAULTS:
            began = time.monotonic()
            try:
                FAULTS[name](faults)
            except Failure as failure:
                raise Failure(f"{name}: {failure}") from None
            print(f"ok: {name}, {time.monotonic() - began:.0f} s", flush=True)
    return stage.exit_code


if __name__ == "__main__":
    sys.exit(main())
