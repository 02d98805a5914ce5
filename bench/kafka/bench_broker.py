"""The broker that everything runs on, and kafka_bench, the program that loads, watches and checks its topics."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "tests/integration/kafka"


class Broker:
    """A broker of its own in a temporary folder; ends with the `with` statement."""

    def __init__(self, build):
        self.tool = build / "bench/kafka_bench"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir-bench-kafka."))
        self.address = None

    def __enter__(self):
        environment = {"WEIR_KAFKA_HEAP": "1g"}
        started = subprocess.run([SCRIPTS / "start.sh", self.folder], check=True, stdout=subprocess.PIPE, text=True,
                                 env={**os.environ, **environment})
        self.address = started.stdout.strip()
        return self

    def __exit__(self, *exception):
        subprocess.run([SCRIPTS / "stop.sh", self.folder], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, *arguments):
        return [str(self.tool), "--brokers", self.address, *map(str, arguments)]

    def call(self, *arguments):
        """Runs a sub-command of kafka_bench; returns what it says."""
        done = subprocess.run(self.command(*arguments), stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"kafka_bench {' '.join(map(str, arguments))} failed")
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else None

    def load(self, responses, respondents, size, null_keys=False, partitions=4):
        flags = ["--null-keys"] if null_keys else []
        return self.call("load", "--responses", responses, "--respondents", respondents, "--responses-count",
                         size.responses, "--respondents-count", size.respondents, "--keys", size.keys, "--start-ms",
                         size.start_ms, "--span-ms", size.span_ms, "--partitions", partitions, *flags)

    def create_topics(self, *topics):
        for topic in topics:
            self.call("create", "--topic", topic)

    def delete_topics(self, containing):
        self.call("delete", "--containing", containing)
