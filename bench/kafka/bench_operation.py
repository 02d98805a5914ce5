"""What it is like to run: latency, memory of idle queries and their start, and the way back after a crash."""

import json
import pathlib
import subprocess
import time

from bench_engines import Folder, Job, memory_mb
from bench_throughput import new_name, unkeyed_size

LATENCY_COMMIT_MS = 100  # both engines' default with exactly_once_v2
BYTES_PER_STATE_ROW = 190  # of a response in the join's store, about
STATE_SPAN_MS = 600_000  # all of it in the window


def measure_latency(broker, engines, options, tell):
    """From produce to the joined row, read by a consumer that reads committed rows only."""
    results = []
    for guarantee in options.guarantees:
        for engine in engines:
            name = new_name("latency")
            job = Job(name, "A", f"{name}_responses", f"{name}_respondents", guarantee,
                      commit_interval_ms=LATENCY_COMMIT_MS)
            broker.create_topics(job.responses, job.respondents)
            with Folder() as folder:
                process = engine.start(job, folder, has_input=False)
                try:
                    seen = broker.call("latency", "--responses", job.responses, "--respondents", job.respondents,
                                       "--out", job.output, "--rate", options.rate, "--seconds",
                                       options.latency_seconds)
                finally:
                    process.stop()
            broker.delete_topics(name)
            results.append({"engine": engine.name, "guarantee": guarantee, "rate": options.rate,
                            "commit_interval_ms": LATENCY_COMMIT_MS, **seen})
            tell(results[-1])
    return results


def wait_for_queries(process, count):
    """Until SHOW QUERIES says that so many run."""
    deadline = time.time() + 120
    while True:
        since = len(process.lines)
        process.say("SHOW QUERIES; SHOW PROPERTIES;\n")
        process.wait_for_line("auto.offset.reset", since=since)
        running = sum("CSAS_" in line and "RUNNING" in line for line in process.lines[since:])
        if running >= count:
            return
        if time.time() > deadline:
            raise RuntimeError(f"{running} of {count} queries run after 120 s")
        time.sleep(0.05)


def measure_idle(broker, weir, options, tell):
    """Memory of persistent queries that have nothing to do, and how long a server with all of them takes to start."""
    name = new_name("idle")
    job = Job(name, "C", f"{name}_responses", f"{name}_respondents")
    broker.create_topics(job.responses, job.respondents)
    sources = (pathlib.Path(__file__).parent / "sources_keyed.sql").read_text()
    queries = "".join(
        f"CREATE STREAM idle{i} WITH (KAFKA_TOPIC = '{name}_out{i}', PARTITIONS = 4) AS "
        f"SELECT `respondent_id`, `score`, `text` FROM responses WHERE `score` > {i} EMIT CHANGES;\n"
        for i in range(options.idle_queries))
    with Folder() as folder:
        process = weir.open(job, folder)
        try:
            process.say(sources)
            process.wait_for_line("Stream created", count=2)
            time.sleep(2)
            before = memory_mb(process.pid, "VmRSS")
            process.say(queries)
            process.wait_for_line("Created query with ID", count=options.idle_queries, patience=600)
            wait_for_queries(process, options.idle_queries)
            time.sleep(5)
            after = memory_mb(process.pid, "VmRSS")
            threads = len(list(pathlib.Path(f"/proc/{process.pid}/task").iterdir()))
            process.stop()
            process = weir.open(job, folder)
            wait_for_queries(process, options.idle_queries)
            started = time.time() - process.spawned
        finally:
            process.stop()
    broker.delete_topics(name)
    result = {"queries": options.idle_queries, "mb_per_query": round((after - before) / options.idle_queries, 2),
              "rss_mb": round(after), "rss_without_mb": round(before), "threads": threads,
              "start_s": round(started, 2)}
    tell(result)
    return [result]


def folder_mb(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file()) / 1e6


def measure_recovery(broker, weir, options, tell):
    """kill -9 with so much state; from the start after it to the first row of what came meanwhile."""
    name = new_name("recovery")
    responses = options.state_mb * 1_000_000 // BYTES_PER_STATE_ROW
    size = unkeyed_size(responses)
    size.span_ms = STATE_SPAN_MS
    job = Job(name, "A", f"{name}_responses", f"{name}_respondents")
    expected = broker.load(job.responses, job.respondents, size)["joined"]
    with Folder() as folder:
        process = weir.start(job, folder)
        broker.call("watch", "--topic", job.output, "--expect", expected, "--pid", process.pid)
        process.kill()
        state = folder_mb(folder)
        probe = subprocess.Popen(
            broker.command("probe", "--responses", job.responses, "--respondents", job.respondents, "--out",
                           job.output, "--time-ms", size.start_ms + STATE_SPAN_MS), stdout=subprocess.PIPE, text=True)
        time.sleep(2)  # the records are there before
        process = weir.open(job, folder)
        try:
            said = probe.communicate()[0]
            if probe.returncode != 0:
                raise RuntimeError("no row after the restart:\n" + "\n".join(process.lines[-20:]))
            seconds = json.loads(said)["at"] - process.spawned
            peak = memory_mb(process.pid, "VmHWM")
        finally:
            process.stop()
    broker.delete_topics(name)
    result = {"state_mb": round(state), "rows_in_state": responses, "recovery_s": round(seconds, 2),
              "peak_rss_mb": round(peak)}
    tell(result)
    return [result]
