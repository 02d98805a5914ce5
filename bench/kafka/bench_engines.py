"""The engines that are compared: Weir and the Kafka Streams peer, each a process of its own."""

import dataclasses
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from bench_broker import ROOT

HERE = pathlib.Path(__file__).resolve().parent
COMMIT_INTERVAL_MS = 2000
COMPRESSION = "none"  # Kafka Streams' default; Weir's own is lz4
PEER_CACHE_BYTES = 10 * 1024 * 1024  # Kafka Streams' default
START_PATIENCE_S = 120


@dataclasses.dataclass
class Job:
    """What an engine is to do. `name` is part of the name of every topic that it makes."""

    name: str
    topology: str
    responses: str
    respondents: str
    guarantee: str = "exactly_once_v2"
    threads: int = 1
    partitions: int = 4
    commit_interval_ms: int = COMMIT_INTERVAL_MS

    @property
    def output(self):
        return f"{self.name}_out"


def cpu_seconds(pid):
    """User and system time of all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def memory_mb(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"/proc/{pid}/status has no {field}")


class Process:
    """A program whose lines are read as they come. `cpu_before` and `begun` are those of the moment when it began to process."""

    def __init__(self, command, **options):
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, bufsize=1, **options)
        self.pid = self.process.pid
        self.spawned = time.time()
        self.begun = None
        self.cpu_before = 0.0
        self.lines = []
        self._changed = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()

    def wait_for_line(self, text, count=1, since=0, patience=START_PATIENCE_S):
        """Until `count` lines from line `since` on contain the text."""
        deadline = time.time() + patience
        with self._changed:
            while sum(text in line for line in self.lines[since:]) < count:
                if self.process.poll() is not None or time.time() > deadline:
                    self.kill()
                    raise RuntimeError(f"no '{text}' from {self.process.args[0]}:\n" + "\n".join(self.lines[-20:]))
                self._changed.wait(0.1)

    def say(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def kill(self):
        """At once, as a crash would."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()


class Weir:
    """Runs scripts with the `weir` program of a build."""

    name = "weir"

    def __init__(self, build, broker):
        self.program = build / "weir"
        self.broker = broker

    def open(self, job, folder, properties=()):
        """A process that has the job's service and no statement yet."""
        settings = {"service.id": job.name, "num.threads": job.threads, "processing.guarantee": job.guarantee,
                    "commit.interval.ms": job.commit_interval_ms, "kafka.producer.compression.type": COMPRESSION,
                    **dict(properties)}
        defines = {"responses": job.responses, "respondents": job.respondents, "output": job.output,
                   "partitions": job.partitions}
        command = [self.program, "--bootstrap-servers", self.broker.address, "--data-dir", folder, "--output", "json"]
        for key, value in settings.items():
            command += ["--property", f"{key}={value}"]
        for key, value in defines.items():
            command += ["--define", f"{key}={value}"]
        return Process(command)

    def start(self, job, folder, has_input=True):
        """Counted from its very start, but for the records a second: those from when the query is there."""
        process = self.open(job, folder)
        process.say(script(job.topology))
        process.wait_for_line("Created query with ID")
        process.begun = time.time()
        return process


def script(topology):
    if topology == "B":  # A's query, over records without keys
        return (HERE / "sources_unkeyed.sql").read_text() + (HERE / "a.sql").read_text()
    return (HERE / "sources_keyed.sql").read_text() + (HERE / f"{topology.lower()}.sql").read_text()


class Streams:
    """The Kafka Streams program in bench/peer."""

    name = "kafka-streams"

    def __init__(self, build, broker):
        self.broker = broker
        built = subprocess.run([ROOT / "bench/peer/build.sh", build / "bench/peer"], check=True,
                               stdout=subprocess.PIPE, text=True)
        self.class_path = built.stdout.strip()

    def start(self, job, folder, has_input=True):
        """Counted from the first record on: neither the start of the JVM nor the group's first rebalance."""
        self.broker.call("create", "--topic", job.output, "--partitions", job.partitions)
        settings = {
            "application.id": job.name,
            "bootstrap.servers": self.broker.address,
            "state.dir": folder,
            "processing.guarantee": job.guarantee,
            "num.stream.threads": job.threads,
            "commit.interval.ms": job.commit_interval_ms,
            "producer.compression.type": COMPRESSION,
            "replication.factor": 1,
            "consumer.auto.offset.reset": "earliest",
            # Weir gives every change of an aggregate; so has the peer to, if their rows are to be compared.
            "statestore.cache.max.bytes": 0 if job.topology == "D" else PEER_CACHE_BYTES,
            "peer.topology": job.topology,
            "peer.responses": job.responses,
            "peer.respondents": job.respondents,
            "peer.output": job.output,
        }
        file = pathlib.Path(folder) / "peer.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        process = Process(["java", "-Xmx3g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", self.class_path,
                           "weir.bench.Peer", file])
        process.wait_for_line("processing" if has_input else "running")
        process.begun, process.cpu_before = time.time(), cpu_seconds(process.pid)
        return process


class Folder:
    """A temporary folder for an engine's state."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="weir-bench-state.")
        return self.path

    def __exit__(self, *exception):
        shutil.rmtree(self.path, ignore_errors=True)
