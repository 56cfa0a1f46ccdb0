"""Serin's processes as one: Kafka, two model servers, the router."""
import http.client
import json
import os
import pathlib
import subprocess

from stack import ports
from stack.process import Process, ProcessFailed, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "deploy" / "local"
TOPICS = ["test:4", "predictions:4", "dead-letters:1"]
READY_SECONDS = 30


def binary(name):
    return pathlib.Path(os.environ.get("SERIN_BIN", ROOT / "build/release/bin")) / name


def http_status(port, path):
    """The status code of a GET, 0 when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def http_text(port, path):
    """The body of a GET; raises OSError when nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


class Stack:
    """Use as a context manager: whatever was started is gone afterwards.

    folder     where configs, logs and the router's revision log go; made, and emptied of those
    kafka      address of a Kafka that runs already; None starts the mock
    any_free   free ports instead of the usual ones
    say        takes a line for the user
    """

    def __init__(self, folder, kafka=None, any_free=False, say=lambda text: None):
        self.folder = pathlib.Path(folder).resolve()
        self.kafka = kafka
        self.processes = []
        self._say = say
        self._own_kafka = kafka is None
        self.ports, self.replaced = ports.choose(any_free)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def address(self, listener):
        return f"127.0.0.1:{self.ports[listener]}"

    def start(self):
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        (self.folder / "config").mkdir(exist_ok=True)
        (self.folder / "revisions.log").unlink(missing_ok=True)
        for listener in self.replaced:
            self._say(f"port {ports.DEFAULT_PORTS[listener]} is busy: "
                      f"{listener} takes {self.ports[listener]}")
        if self._own_kafka:
            self._start_kafka()
        for version in ("v1", "v2"):
            self._start_service(f"model-server-{version}", "serin-model-server")
        self._start_service("router", "serin-router")
        for listener in ("model server v1 admin", "model server v2 admin", "router admin"):
            wait_until(lambda port=self.ports[listener]: http_status(port, "/readyz") == 200,
                       f"waiting for /readyz of the {listener} port", READY_SECONDS, self.processes)
        wait_until(self._every_endpoint_is_ready, "waiting for the router to reach both versions",
                   READY_SECONDS, self.processes)
        self.write_addresses()

    def config(self, name):
        """Writes deploy/local/NAME.yaml with this stack's ports and folder; returns the file."""
        actual = {ports.DEFAULT_PORTS[listener]: port for listener, port in self.ports.items()}
        actual[ports.KAFKA_PORT] = int(self.kafka.rsplit(":", 1)[1])
        text = ports.rewrite((CONFIGS / f"{name}.yaml").read_text(), actual)
        text = text.replace("build/up/", f"{self.folder}/")
        file = self.folder / "config" / f"{name}.yaml"
        file.write_text(text)
        return file

    def run_stream(self, config, output=None):
        """Starts `serin-stream run` with deploy/local/CONFIG.yaml."""
        command = [binary("serin-stream"), "run", "--config", self.config(config)]
        return self._start("stream", command, output=output)

    def produce(self, topic, lines, form="json"):
        """Sends lines to a topic through `serin-stream produce`; returns what it said."""
        done = subprocess.run(
            [binary("serin-stream"), "produce", "-b", self.kafka, "-t", topic, "--format", form],
            input="".join(line + "\n" for line in lines).encode(), capture_output=True, check=False)
        if done.returncode != 0:
            raise ProcessFailed(f"serin-stream produce: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode().strip()

    def stop(self):
        """Ends everything, last started first. Safe to call twice."""
        for process in reversed(self.processes):
            process.ask_to_stop()
        while self.processes:
            self.processes.pop().stop()

    def _every_endpoint_is_ready(self):
        """The router is ready when it can answer at all; here no request shall spill."""
        command = [binary("serinctl"), "--address", self.address("router CanaryAdmin"), "status"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode == 0 and "NOT READY" not in done.stdout

    def _start_kafka(self):
        command = [binary("serin-mock-kafka")]
        for topic in TOPICS:
            command += ["--topic", topic]
        kafka = self._start("mock-kafka", command, output=subprocess.PIPE, keep_input=True)
        line = kafka.stdout.readline().decode()
        if not line.startswith("bootstrap "):
            raise ProcessFailed(f"mock-kafka did not start:\n{kafka.last_words()}")
        self.kafka = line.split()[1]

    def _start_service(self, name, program):
        self._start(name, [binary(program), "--config", self.config(name)])

    def _start(self, name, command, **options):
        if not pathlib.Path(command[0]).exists():
            raise ProcessFailed(f"{command[0]} is not built: run tools/build first")
        process = Process(name, command, self.folder / "logs" / f"{name}.log", ROOT, **options)
        self.processes.append(process)
        return process

    def write_addresses(self):
        """Writes stack.json: every address and process id, for scripts and tests."""
        addresses = {listener: self.address(listener) for listener in self.ports}
        addresses["kafka"] = self.kafka
        pids = {process.name: process.pid for process in self.processes}
        text = json.dumps({"addresses": addresses, "pids": pids}, indent=2)
        # Renamed into place, so that nobody reads half of it.
        draft = self.folder / "stack.json.draft"
        draft.write_text(text + "\n")
        draft.rename(self.folder / "stack.json")
