"""Processes for the chaos tests: a real broker, weir servers that can be killed, frozen and brought back, and waits that end."""
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
KAFKA = HERE.parent / "integration" / "kafka"


class Failure(Exception):
    pass


def wait_until(what, condition, seconds):
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure(f"{what}: not after {seconds} s")
        time.sleep(0.1)


class Broker:
    """One Kafka broker in a folder; it comes back on the same port with the same data."""

    def __init__(self, folder):
        self.folder = folder
        subprocess.run([KAFKA / "fetch.sh"], check=True, stdout=subprocess.DEVNULL)
        self.start()

    def start(self):
        done = subprocess.run([KAFKA / "start.sh", self.folder], check=True, capture_output=True, text=True)
        self.address = done.stdout.split()[-1]

    def stop(self):
        subprocess.run([KAFKA / "stop.sh", self.folder], check=True, stdout=subprocess.DEVNULL)

    def topics(self, *words):
        """What an administrator does: "partitions" TOPIC COUNT, "create" TOPIC COUNT, "delete" TOPIC."""
        libs = subprocess.run([KAFKA / "fetch.sh"], check=True, capture_output=True, text=True).stdout.strip()
        subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp",
                        f"{libs}/*", KAFKA / "Topics.java", self.address, *map(str, words)], check=True, timeout=120)

    def produce(self, topic, partition, rows):
        """`rows`: pairs of key and value, as text without a tab."""
        text = "".join(f"{key}\t{value}\n" for key, value in rows)
        subprocess.run(["kcat", "-P", "-b", self.address, "-t", topic, "-p", str(partition), "-K", "\t"],
                       input=text.encode(), check=True, timeout=120, stderr=subprocess.DEVNULL)


class Stage:
    """What a test has: a folder, the weir binary, a broker, servers. A failure is told and leaves the folder for a look;
    `exit_code` is known after the end."""

    def __init__(self, name, binary, keep=False, told=""):
        self.keep, self.told = keep, told
        self.folder = tempfile.mkdtemp(prefix=f"weir-{name}.")
        self.weir = Weir(str(pathlib.Path(binary).resolve()), self.folder)
        self.servers = []
        self.exit_code = 1

    def __enter__(self):
        self.broker = Broker(f"{self.folder}/kafka")
        return self

    def server(self, name, service, properties=(), **more):
        self.servers.append(Server(self.weir, name, self.broker.address, service, properties, **more))
        return self.servers[-1]

    def kill_servers(self):
        for server in self.servers:
            if server.process:
                server.kill()
        self.servers.clear()

    def __exit__(self, kind, error, trace):
        self.kill_servers()
        self.broker.stop()
        self.exit_code = 0 if error is None else 1
        failed = isinstance(error, (Failure, subprocess.SubprocessError))
        if failed:
            print(f"FAIL ({self.told}): {error}" if self.told else f"FAIL: {error}", file=sys.stderr)
        if error is None and not self.keep:
            shutil.rmtree(self.folder)
        else:
            print(f"kept for a look: {self.folder}", file=sys.stderr)
        return failed


class Weir:
    """The weir binary, run for a statement or as a server."""

    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder

    def command(self, data, kafka=None, service=None, properties=()):
        command = [self.binary, "--log-level", "info", "--data-dir", data]
        if kafka:
            command += ["--bootstrap-servers", kafka]
        if service:
            command += ["--property", f"service.id={service}"]
        for each in properties:
            command += ["--property", each]
        return command

    def run(self, data, statements, kafka=None, service=None, limits=(), properties=()):
        """Executes statements and returns what was printed. `data`: a folder, below the test's own."""
        data = os.path.join(self.folder, data)
        command = self.command(data, kafka, service, properties) + list(limits)
        if len(statements) > 10000:
            script = pathlib.Path(f"{data}.sql")
            script.write_text(statements)
            command += ["-f", str(script)]
        else:
            command += ["-e", statements]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="backslashreplace", timeout=600)
        if done.returncode != 0:
            raise Failure(f"{statements[:200]}: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done.stdout


class Server:
    """A weir process that works until it is killed; its input stays open."""

    def __init__(self, weir, name, kafka, service, properties=(), json_output=False):
        self.json_output = json_output
        self.marks = itertools.count()
        self.weir, self.name, self.kafka, self.service = weir, name, kafka, service
        self.properties = properties
        self.process = None
        self.frozen = False

    @property
    def data(self):
        return f"{self.weir.folder}/{self.name}"

    def start(self):
        log = open(f"{self.weir.folder}/{self.name}.log", "ab")
        command = self.weir.command(self.data, self.kafka, self.service, self.properties)
        output = log
        if self.json_output:
            command += ["--output", "json"]
            output = open(f"{self.weir.folder}/{self.name}.out", "ab")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=log)

    def ask(self, statement, seconds=60):
        """The rows that the statement answers with. For a server that writes JSON."""
        begin, end = (f"mark-{next(self.marks)}" for _ in range(2))
        self.tell(f"DEFINE mark = '{begin}'; SHOW VARIABLES;")
        self.tell(statement)
        self.tell(f"DEFINE mark = '{end}'; SHOW VARIABLES;")
        output = pathlib.Path(f"{self.weir.folder}/{self.name}.out")

        def answered():
            self.check()
            return f'"{end}"' in output.read_text(errors="replace")

        wait_until(f"{self.name} answers {statement}", answered, seconds)
        lines = output.read_text(errors="replace").splitlines()
        first = next(i for i, line in enumerate(lines) if f'"{begin}"' in line)
        last = next(i for i, line in enumerate(lines) if f'"{end}"' in line)
        return [json.loads(line) for line in lines[first + 1:last] if line.startswith("{")]

    def queries(self, extended=True, seconds=60):
        """Sink → (state, reason)."""
        rows = self.ask("SHOW QUERIES EXTENDED;" if extended else "SHOW QUERIES;", seconds)
        return {row["Sink Name"]: (row["Status"], row.get("Reason", "")) for row in rows if row.get("Sink Name")}

    def tell(self, statements):
        self.process.stdin.write((statements + "\n").encode())
        self.process.stdin.flush()

    def says(self, text):
        return text in pathlib.Path(f"{self.weir.folder}/{self.name}.log").read_text(errors="replace")

    def check(self):
        if self.process and not self.frozen and self.process.poll() is not None:
            raise Failure(f"{self.name} ended by itself with {self.process.returncode}; see {self.name}.log")

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None
        self.frozen = False

    def end(self, seconds=60):
        """A clean end: the input closes."""
        self.process.stdin.close()
        self.process.wait(seconds)
        self.process = None

    def freeze(self):
        self.frozen = True
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self):
        os.kill(self.process.pid, signal.SIGCONT)
        self.frozen = False
