"""Topologies A to E over records that are there already: CPU, records a second, memory, and whether the rows are the same."""

import dataclasses
import itertools
import math
import os
import time

from bench_engines import COMMIT_INTERVAL_MS, Folder, Job

HOUR_MS = 3_600_000
WINDOW_KEEPS_S = 22 * 60  # WITHIN 10 MINUTES to both sides, and 2 of grace
READS_BOTH = "ABE"
_numbers = itertools.count(1)


@dataclasses.dataclass
class Size:
    responses: int
    respondents: int
    keys: int
    span_ms: int

    @property
    def start_ms(self):
        """Whole hours ago, so that no record is of the future and none older than a topic keeps."""
        return (int(time.time() * 1000) - self.span_ms) // HOUR_MS * HOUR_MS - HOUR_MS


def keyed_size(responses):
    """A response every millisecond of event time, and ten to a respondent."""
    return Size(responses, responses // 10, min(responses // 10, 100_000), responses)


def unkeyed_size(responses):
    """1,000 s of event time whatever the size: in no order in which tasks may run is a row late, so the rows are determined."""
    return Size(responses, responses // 10, responses // 10, 1_000_000)


def new_name(what):
    return f"bench{os.getpid()}x{next(_numbers)}_{what}"


class Data:
    """The topics that all engines read, and how many rows each topology has to give."""

    def __init__(self, broker, records, topologies):
        self.records = records
        self.responses, self.respondents = "bench_responses", "bench_respondents"
        self.expected = {}
        if set(topologies) & set("ACDE"):
            rows = broker.load(self.responses, self.respondents, keyed_size(records))
            self.expected |= {"A": rows["joined"], "C": rows["filtered"], "D": records, "E": records}
        if "B" in topologies:
            rows = broker.load("bench_responses_unkeyed", "bench_respondents_unkeyed", unkeyed_size(records),
                               null_keys=True)
            self.expected["B"] = rows["joined"]

    def topics(self, topology):
        suffix = "_unkeyed" if topology == "B" else ""
        return self.responses + suffix, self.respondents + suffix

    def input_records(self, topology):
        return self.records + (self.records // 10 if topology in READS_BOTH else 0)


def run_job(broker, engine, job, records, expected):
    """One run to the end; checks the number of rows and returns its figures."""
    with Folder() as folder:
        process = engine.start(job, folder)
        try:
            seen = broker.call("watch", "--topic", job.output, "--expect", expected, "--pid", process.pid,
                               "--quiet-ms", 2 * job.commit_interval_ms + 1000)
        except RuntimeError as error:
            raise RuntimeError(f"{error}; {engine.name} said:\n" + "\n".join(process.lines[-20:])) from error
        finally:
            process.stop()
    rows = broker.call("rows", "--topic", job.output)
    broker.delete_topics(job.name)
    if rows["rows"] != expected:
        raise RuntimeError(f"{engine.name}, topology {job.topology}: {rows['rows']} rows, expected {expected}")
    cpu = seen["cpu_s"] - process.cpu_before
    return {
        "engine": engine.name,
        "topology": job.topology,
        "guarantee": job.guarantee,
        "threads": job.threads,
        "records_per_s": round(records / (seen["last"] - process.begun)),
        "cpu_s": round(cpu, 2),
        "cpu_us_per_record": round(cpu * 1e6 / records, 2),
        "peak_rss_mb": round(seen["peak_rss_kb"] / 1024),
        "rows_out": rows["rows"],
        "checksum": rows["checksum"],
    }


def measure(broker, engines, data, options, tell):
    """All combinations; engines take turns, so that each meets the same machine."""
    results, differences = [], []
    combinations = itertools.product(options.topologies, options.guarantees, options.threads, range(options.repeat))
    for topology, guarantee, threads, _ in combinations:
        checksums = {}
        for engine in engines:
            responses, respondents = data.topics(topology)
            job = Job(new_name(f"{topology.lower()}_{engine.name}"), topology, responses, respondents, guarantee,
                      threads)
            figures = run_job(broker, engine, job, data.input_records(topology), data.expected[topology])
            checksums[engine.name] = figures["checksum"]
            results.append(figures)
            tell(figures)
        if len(set(checksums.values())) > 1:
            differences.append(f"topology {topology}, {guarantee}: the rows differ: {checksums}")
    return results, differences


def measure_limit(broker, data, options, tell):
    """The bare librdkafka loop over topology A's topics."""
    results = []
    for guarantee in options.guarantees:
        name = new_name("limit")
        interval = COMMIT_INTERVAL_MS if guarantee.startswith("exactly_once") else 0
        seen = broker.call("limit", "--topic", data.responses, "--topic", data.respondents, "--out", name,
                           "--transaction-ms", interval)
        broker.delete_topics(name)
        results.append({
            "engine": "librdkafka",
            "topology": "limit",
            "guarantee": guarantee,
            "threads": 1,
            "records_per_s": round(seen["records"] / seen["seconds"]),
            "cpu_s": seen["cpu_s"],
            "cpu_us_per_record": round(seen["cpu_s"] * 1e6 / seen["records"], 2),
            "peak_rss_mb": round(seen["peak_rss_kb"] / 1024),
            "rows_out": seen["records"],
        })
        tell(results[-1])
    return results


def flat_size(responses, window_rows):
    """So many responses that `window_rows` of them are in the join's window; each finds about one respondent."""
    span_ms = math.ceil(responses / window_rows * WINDOW_KEEPS_S * 1000)
    return Size(responses, responses // 10, max(1, min(responses, window_rows) // 10), span_ms)


def measure_flatness(broker, weir, options, tell):
    """The windowed join over growing windows, and over growing numbers of partitions."""
    cases = [(max(options.flat_records, rows), rows, 4) for rows in options.window_rows]
    cases += [(options.flat_records, 1_000_000, partitions) for partitions in options.partitions]
    results = []
    for responses, window_rows, partitions in cases:
        name = new_name("flat")
        size = flat_size(responses, window_rows)
        expected = broker.load(f"{name}_responses", f"{name}_respondents", size, partitions=partitions)["joined"]
        job = Job(name, "A", f"{name}_responses", f"{name}_respondents", partitions=partitions)
        figures = run_job(broker, weir, job, size.responses + size.respondents, expected)
        figures |= {"window_rows": window_rows, "partitions": partitions,
                    "rows_out_per_record": round(expected / (size.responses + size.respondents), 2)}
        results.append(figures)
        tell(figures)
    return results
