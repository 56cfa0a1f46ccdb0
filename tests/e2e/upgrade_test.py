"""An upgrade under load: every process is replaced, one after another, and nobody loses anything.

Two model servers a version, two routers, two stream clients and a real Kafka. Callers ask all the time;
records come all the time.
"""
import collections
import http.client
import json
import subprocess
import threading
import unittest

from support import Kafka, temporary_folder
from stack import ports
from stack.process import Process, wait_until
from stack.stack import CONFIGS, ROOT, Stack, binary, http_status
from stack.topics import read_topic

CALLERS = 4
RECORDS_A_ROUND = 200


class Callers:
    """POST /predict without pause to the routers in `routers`, which a roll takes out and puts in as
    Kubernetes does with a Service's endpoints. A call that is not answered with 200 is a failure."""

    def __init__(self, routers):
        self.routers = routers
        self.failures = []
        self.answers = collections.Counter()
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number):
        connections = {}
        while not self._ended.is_set():
            number += 1
            routers = list(self.routers)
            port = routers[number % len(routers)]
            connection = connections.setdefault(
                port, http.client.HTTPConnection("127.0.0.1", port, timeout=10))
            for gone in set(connections) - set(routers):
                connections.pop(gone).close()
            self._call(port, connection)
        for connection in connections.values():
            connection.close()

    def _call(self, port, connection):
        try:
            connection.request("POST", "/predict", json.dumps({"data": "The book was good."}),
                               {"content-type": "application/json"})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"router {port}: {error!r}")
            connection.close()
            return
        if response.status != 200:
            self.failures.append(f"router {port}: {response.status} {body}")
        self.answers[response.getheader("serin-model-version")] += 1


class Records:
    """Numbered records for topic `test`, until they are told to stop."""

    def __init__(self, stack):
        self.keys = []
        self._stack = stack
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        self._ended.set()
        self._thread.join()

    def _run(self):
        while not self._ended.is_set():
            keys = [f"r{len(self.keys) + n}" for n in range(RECORDS_A_ROUND)]
            self._stack.produce("test", [f'{key}\t{{"data": "The plot was good."}}' for key in keys],
                                form="key-value")
            self.keys += keys


class Fleet:
    """The processes by name, each of which can be replaced by a new one with the same config."""

    def __init__(self, folder):
        self._folder = folder
        self._taken = set(ports.DEFAULT_PORTS.values())
        self._how = {}
        self.ports = collections.defaultdict(dict)
        self.processes = {}

    def _port(self, name, listener):
        port = ports.free_port(self._taken)
        self._taken.add(port)
        self.ports[name][listener] = port
        return port

    def add(self, name, program, local, listeners, changes=()):
        """`local`: a file of deploy/local, whose ports `listeners` become free ones; `changes`: pairs of
        texts to be replaced in it."""
        actual = {ports.DEFAULT_PORTS[listener]: self._port(name, listener) for listener in listeners}
        text = (CONFIGS / f"{local}.yaml").read_text()
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        config = self._folder / f"{name}.yaml"
        config.write_text(ports.rewrite(text, actual))
        self._how[name] = ([*program, "--config", config], self.ports[name][listeners[-1]])
        self.start(name)

    def start(self, name):
        command, admin = self._how[name]
        process = Process(name, command, self._folder / f"{name}.log", ROOT)
        self.processes[name] = process
        wait_until(lambda: http_status(admin, "/readyz") == 200, f"start of {name}", 30, [process])

    def end(self, name):
        """SIGTERM; returns the exit code."""
        return self.processes.pop(name).stop()

    def stop(self):
        for name in list(self.processes):
            self.end(name)


class UpgradeTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        kafka = Kafka(self.folder)
        self.addCleanup(kafka.stop)
        kafka.create_topics(test=4, predictions=4, dead_letters=1)
        # Not started: it knows Kafka's address and how to produce.
        self.stack = Stack(self.folder / "stack", kafka=kafka.address, any_free=True)
        self.fleet = Fleet(self.folder)
        self.addCleanup(self.fleet.stop)
        self.add_model_servers()
        self.add_routers()
        for name in ("stream-a", "stream-b"):
            self.add_stream(name)

    def add_model_servers(self):
        for version in ("v1", "v2"):
            for letter in "ab":
                self.fleet.add(f"{version}-{letter}", [binary("serin-model-server")],
                               f"model-server-{version}",
                               [f"model server {version}", f"model server {version} admin"],
                               [("repository:", "drain_delay: 1s\nrepository:")])

    def add_routers(self):
        def endpoints(version):
            listener = f"model server {version}"
            return [f"127.0.0.1:{self.fleet.ports[f'{version}-{letter}'][listener]}" for letter in "ab"]

        for letter in "ab":
            self.fleet.add(f"router-{letter}", [binary("serin-router")], "router",
                           ["router", "router CanaryAdmin", "router HTTP", "router admin"],
                           [("127.0.0.1:50051", ", ".join(endpoints("v1"))),
                            ("127.0.0.1:50052", ", ".join(endpoints("v2"))),
                            ("build/up/revisions.log", f"{self.folder}/{letter}.log")])

    def add_stream(self, name):
        router = self.fleet.ports[f"router-{name[-1]}"]["router"]
        self.fleet.add(name, [binary("serin-stream"), "run"], "stream", ["stream admin"],
                       [("127.0.0.1:9092", self.stack.kafka), ("127.0.0.1:50050", f"127.0.0.1:{router}")])

    def wait_until_routed_to(self, name):
        """Until both routers see every endpoint ready again."""
        def ready():
            for letter in "ab":
                admin = self.fleet.ports[f"router-{letter}"]["router CanaryAdmin"]
                done = subprocess.run([binary("serinctl"), "--address", f"127.0.0.1:{admin}", "status"],
                                      capture_output=True, text=True)
                if done.returncode != 0 or "NOT READY" in done.stdout:
                    return False
            return True
        wait_until(ready, f"routers seeing {name} again", 20)

    def roll(self, name):
        self.assertEqual(self.fleet.end(name), 0, name)
        self.fleet.start(name)

    def roll_everything(self, routers):
        for name in ("v2-a", "v2-b", "v1-a", "v1-b"):
            self.roll(name)
            self.wait_until_routed_to(name)
        for name in ("router-a", "router-b"):
            port = self.fleet.ports[name]["router HTTP"]
            routers.remove(port)
            self.roll(name)
            self.wait_until_routed_to(name)
            routers.append(port)
        for name in ("stream-a", "stream-b"):
            self.roll(name)

    def test_nobody_loses_a_call_or_a_record(self):
        routers = [self.fleet.ports[f"router-{letter}"]["router HTTP"] for letter in "ab"]
        callers, records = Callers(routers), Records(self.stack)
        self.addCleanup(callers.stop)
        self.addCleanup(records.stop)
        self.roll_everything(routers)
        callers.stop()
        records.stop()
        self.assertEqual(callers.failures, [])
        self.assertGreater(min(callers.answers["v1"], callers.answers["v2"]), 100, callers.answers)
        self.assert_every_record_has_one_result(records.keys)
        print(f"{callers.answers.total():,} calls, {len(records.keys):,} records")

    def assert_every_record_has_one_result(self, keys):
        self.assertGreater(len(keys), 1000)

        def results():
            return collections.Counter(record.key.decode() for record in read_topic(self.stack.kafka, "predictions"))
        wait_until(lambda: set(results()) >= set(keys), "a result for every record", 60,
                   self.fleet.processes.values())
        repeated = {key: count for key, count in results().items() if count > 1}
        self.assertEqual(repeated, {})
        self.assertEqual(read_topic(self.stack.kafka, "dead-letters"), [])


if __name__ == "__main__":
    unittest.main()
