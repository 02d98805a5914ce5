#!/usr/bin/env python3
"""Several servers of one service under load are killed, frozen past their session's timeout, ended and started again,
and the broker goes away and comes back, at random moments. In the end every topic must hold what one undisturbed
process gives: no row lost, none twice, those of a key in order.

servers.py WEIR [--servers N] [--faults N] [--kinds kill,freeze,end,broker] [--count N] [--rate N] [--seed N]"""
import argparse
import concurrent.futures
import random
import sys
import time

from cluster import Failure, Stage, wait_until
from workload import INPUTS, OUTPUTS, OUTPUTS_AT_LEAST_ONCE, compare, rows_of, statements

SESSION_MS = 6000
PROPERTIES = [f"kafka.session.timeout.ms={SESSION_MS}", "max.task.idle.ms=0", "num.threads=2"]
SERVICE = "chaos"
LONGEST_PAUSE_S = 4.0


def read(weir, data, topic, rows, seconds, **where):
    """The topic's rows, once there are so many, or after the time."""
    text = weir.run(data, f"PRINT '{topic}' FROM BEGINNING;", limits=[
        "--query-timeout", str(int(seconds * 1000)), "--query-row-limit", str(rows)], **where)
    return rows_of(text)


OUTSIDE = {"service": "outside"}  # whose catalog knows none of the topics, so that all are printed alike


def reference(weir, options):
    """What each topic holds after one undisturbed run on the embedded log."""
    weir.run("straight", statements(options.count, 0, options.seed))
    expected = {}
    for topic in {**INPUTS, **OUTPUTS}:
        known = -1
        while True:  # until no more comes
            rows = len(read(weir, "straight", topic, options.count * 2, 2))
            if rows == known and known > 0:
                break
            known = rows
        expected[topic] = read(weir, "straight", topic, rows, 60, **OUTSIDE)
    return expected


def check_topics(weir, broker, expected, topics, seconds):
    """Every topic holds what it must, by then at the latest."""
    def check(topic, how):
        where = {"kafka": broker.address, **OUTSIDE}
        want = expected[topic]
        end = time.monotonic() + seconds
        is_exact = how in ("rows", "ordered")  # else how many rows there will be is open
        if is_exact:
            read(weir, f"outside-{topic}", topic, len(want), seconds, **where)
        while True:
            found = read(weir, f"outside-{topic}", topic, 3 * len(want), 4, **where)
            try:
                compare(topic, how, want, found)
                break
            except Failure:
                if is_exact or time.monotonic() > end:
                    raise
        print(f"{topic}: {len(found)} rows, as they must be", flush=True)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(check, topics.keys(), topics.values()))


def disturb(options, broker, servers):
    """One fault after another; at least one server is left alone in between now and then."""
    kinds = options.kinds.split(",")
    for number in range(options.faults):
        time.sleep(random.uniform(0.3, LONGEST_PAUSE_S))
        for server in servers:
            server.check()
        kind = random.choice(kinds)
        server = random.choice(servers)
        print(f"fault {number + 1}: {kind} {'' if kind == 'broker' else server.name}", flush=True)
        if kind == "kill":
            server.kill()
            time.sleep(random.choice([0, 0, 1, SESSION_MS / 1000 + 2]))
            server.start()
        elif kind == "end":
            server.end()
            time.sleep(random.choice([0, 1, SESSION_MS / 1000 + 2]))
            server.start()
        elif kind == "freeze":
            server.freeze()
            time.sleep(SESSION_MS / 1000 + random.uniform(1, 6))
            server.thaw()
        elif kind == "broker":
            broker.stop()
            time.sleep(random.uniform(0, 5))
            broker.start()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("weir")
    parser.add_argument("--servers", type=int, default=3)
    parser.add_argument("--faults", type=int, default=30)
    parser.add_argument("--kinds", default="kill,freeze,end")
    parser.add_argument("--count", type=int, default=60000)
    parser.add_argument("--rate", type=int, default=400)
    parser.add_argument("--seed", type=int, default=random.randrange(1, 100000))
    parser.add_argument("--guarantee", default="exactly_once_v2", choices=["exactly_once_v2", "at_least_once"])
    parser.add_argument("--deadline", type=int, default=60)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    random.seed(options.seed)
    properties = PROPERTIES + [f"processing.guarantee={options.guarantee}"]
    began = time.monotonic()
    with Stage("chaos", options.weir, options.keep, f"seed {options.seed}") as stage:
        servers = [stage.server(f"server{i}", SERVICE, properties) for i in range(options.servers)]
        expected = reference(stage.weir, options)
        for server in servers:
            server.start()
        servers[0].tell(statements(options.count, options.rate, options.seed))
        wait_until("the queries", lambda: [server.check() for server in servers] and servers[0].says("CSAS_FILTERED"), 60)
        disturb(options, stage.broker, servers)
        checks = {**INPUTS, **OUTPUTS}
        if options.guarantee == "at_least_once":
            checks = {**dict.fromkeys(INPUTS, "superset"), **OUTPUTS_AT_LEAST_ONCE}
        check_topics(stage.weir, stage.broker, expected, checks, options.deadline)
        for server in servers:
            server.check()
        print(f"ok: {options.faults} faults ({options.kinds}) over {options.servers} servers, "
              f"{time.monotonic() - began:.0f} s (seed {options.seed})")
    return stage.exit_code


if __name__ == "__main__":
    sys.exit(main())
