"""Processes for the chaos tests: a real broker, weir servers that can be killed, frozen and brought back, and waits that end."""
import os
import pathlib
import signal
import subprocess
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
        command = self.command(data, kafka, service, properties) + list(limits) + ["-e", statements]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="backslashreplace", timeout=600)
        if done.returncode != 0:
            raise Failure(f"{statements[:200]}: {done.stderr[-2000:]}{done.stdout[-500:]}")
        return done.stdout


class Server:
    """A weir process that works until it is killed; its input stays open."""

    def __init__(self, weir, name, kafka, service, properties=()):
        self.weir, self.name, self.kafka, self.service = weir, name, kafka, service
        self.properties = properties
        self.process = None
        self.frozen = False

    @property
    def data(self):
        return f"{self.weir.folder}/{self.name}"

    def start(self):
        log = open(f"{self.weir.folder}/{self.name}.log", "ab")
        self.process = subprocess.Popen(
            self.weir.command(self.data, self.kafka, self.service, self.properties),
            stdin=subprocess.PIPE, stdout=log, stderr=log)

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
