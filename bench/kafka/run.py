#!/usr/bin/env python3
"""Weir and Kafka Streams on the same topics of a real broker, in one run: docs/benchmarks.md says what is compared.

Usage: run.py BUILD [options]; without options it is all of it, on 5 million records. Each option has an environment variable,
such as BENCH_RECORDS for --records, so that `BENCH_RECORDS=1000000 make bench-kafka` is a quick run.
"""

import argparse
import json
import os
import pathlib
import signal
import sys

import bench_operation
import bench_throughput
from bench_broker import ROOT, Broker
from bench_engines import Streams, Weir

PARTS = ["throughput", "limit", "latency", "idle", "recovery", "flatness"]
RESULTS = ROOT / "bench/results"


def words(text):
    return text.replace(",", " ").split()


def numbers(text):
    return [int(word) for word in words(text)]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)

    def add(name, default, kind, explanation):
        variable = "BENCH_" + name.upper().replace("-", "_")
        parser.add_argument("--" + name, type=kind, default=kind(os.environ.get(variable, default)),
                            help=f"{explanation} ({variable}, default: {default})")

    add("only", " ".join(PARTS), words, "what to measure")
    add("records", "5000000", int, "records of the larger stream")
    add("topologies", "A B C D E", words, "which topologies")
    add("guarantees", "exactly_once_v2 at_least_once", words, "which delivery guarantees")
    add("threads", "1", numbers, "threads of each engine")
    add("repeat", "1", int, "how often each run is made")
    add("engines", "weir kafka-streams", words, "which engines")
    add("rate", "10000", int, "records a second while latency is measured")
    add("latency-seconds", "30", int, "for how long")
    add("idle-queries", "200", int, "queries without work")
    add("state-mb", "1000", int, "state when the process is killed")
    add("flat-records", "1000000", int, "records over which flatness is measured, at least")
    add("window-rows", "100000 1000000 10000000", numbers, "live rows of the join's window")
    add("partitions", "1 4 32", numbers, "partitions of the joined topics")
    return parser.parse_args()


def tell(figures):
    """A line for each measurement, as it comes."""
    print("  " + "  ".join(f"{key}={value}" for key, value in figures.items() if key != "checksum"), flush=True)


def save(name, results):
    RESULTS.mkdir(exist_ok=True)
    lines = ",\n".join("  " + json.dumps({k: v for k, v in r.items() if k != "checksum"}) for r in results)
    (RESULTS / name).write_text(f"[\n{lines}\n]\n")


def best(results, engine, key):
    """The run with the least CPU: what else a machine does only adds."""
    of_engine = [r for r in results if r["engine"] == engine and all(r[k] == v for k, v in key.items())]
    return min(of_engine, key=lambda r: r["cpu_us_per_record"], default=None)


def print_table(results):
    """Both engines side by side."""
    row = "{:<9} {:<16} {:>7}  {:<14} {:>10} {:>9} {:>12} {:>9} {:>10} {:>7}"
    print(row.format("topology", "guarantee", "threads", "engine", "records/s", "CPU s", "CPU us/rec", "peak MB",
                     "rows out", "ratio"))
    seen = []
    for result in results:
        key = {k: result[k] for k in ("topology", "guarantee", "threads")}
        if key in seen:
            continue
        seen.append(key)
        peer = best(results, "kafka-streams", key)
        for engine in ("weir", "kafka-streams", "librdkafka"):
            run = best(results, engine, key)
            if run is None:
                continue
            ratio = f"{peer['cpu_us_per_record'] / run['cpu_us_per_record']:.1f}x" if peer and run is not peer else ""
            print(row.format(*key.values(), engine, run["records_per_s"], f"{run['cpu_s']:.1f}",
                             f"{run['cpu_us_per_record']:.2f}", run["peak_rss_mb"], run["rows_out"], ratio))


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the broker and the engines end too
    unknown = set(options.only) - set(PARTS)
    if unknown:
        sys.exit(f"run.py: there is no {', '.join(sorted(unknown))}; --only takes {', '.join(PARTS)}")
    failures = []
    with Broker(options.build.resolve()) as broker:
        build = options.build.resolve()
        weir = Weir(build, broker)
        makers = {"weir": lambda: weir, "kafka-streams": lambda: Streams(build, broker)}
        compares = {"throughput", "latency"} & set(options.only)
        engines = [makers[name]() for name in options.engines] if compares else []
        throughput = []
        if {"throughput", "limit"} & set(options.only):
            print(f"loading {options.records:,} responses, {options.records // 10:,} respondents", flush=True)
            data = bench_throughput.Data(broker, options.records,
                                         options.topologies if "throughput" in options.only else "A")
            if "throughput" in options.only:
                throughput, failures = bench_throughput.measure(broker, engines, data, options, tell)
            if "limit" in options.only and data.expected.get("A") is not None:
                throughput += bench_throughput.measure_limit(broker, data, options, tell)
            save("kafka.json", throughput)
            broker.delete_topics("bench_resp")
        more = {
            "latency": lambda: bench_operation.measure_latency(broker, engines, options, tell),
            "idle": lambda: bench_operation.measure_idle(broker, weir, options, tell),
            "recovery": lambda: bench_operation.measure_recovery(broker, weir, options, tell),
            "flatness": lambda: bench_throughput.measure_flatness(broker, weir, options, tell),
        }
        for part, measure in more.items():
            if part in options.only:
                print(part, flush=True)
                save(f"kafka_{part}.json", measure())
        print_table(throughput)
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
