"""What a process does when it starts and something is not as it should be: it waits for a Kafka that is
not there yet, and ends with every fault named when its config is wrong."""
import json
import pathlib
import subprocess
import unittest

from support import ROOT, Kafka, temporary_folder
from stack import ports
from stack.process import Process, wait_until
from stack.stack import Stack, binary, http_status, http_text
from stack.topics import read_topic

PROGRAMS = {"model-server": ["serin-model-server"], "router": ["serin-router"], "stream": ["serin-stream", "run"]}
# A busy machine may need so long; an idle one takes a second or two.
WAIT_SECONDS = 60
# What does not fit the schema is told first; what does not fit together, once it does.
WRONG = {
    "model-server": ({"listen": "nowhere", "repositry": {}, "drain_timeout": "soon"},
                     ["repositry", "listen", "drain_timeout"]),
    "router": ({"http_listen": "127.0.0.1:99999", "routes": [{"stable_version": "v9", "versions": [
        {"name": "v1", "weight": -25, "endpoints": ["127.0.0.1:1"]}]}], "colour": "yellow"},
               ["colour", "http_listen", "weight"]),
    "stream": ({"source": {"topic": 7}, "batch": {"max_records": -1}, "sinks": {}, "drain_timeout": "soon"},
               ["sinks", "batch.max_records", "drain_timeout"]),
}
UNFIT = {
    "router": ({"routes": [{"stable_version": "v9", "versions": [
        {"name": "v1", "weight": 1, "endpoints": ["127.0.0.1:1"]},
        {"name": "v1", "weight": 1, "endpoints": ["127.0.0.1:2"]}]}]}, ["stable_version", r"versions\[1\]\.name"]),
    "stream": ({"kafka": {"bootstrap_servers": "127.0.0.1:1"}, "router": {"address": "127.0.0.1:2"},
                "source": {"topic": "test", "group_id": "g", "start": "yesterday"}, "trigger": {"mode": "never"},
                "sink": {"results_topic": "a", "dead_letter_topic": "b"}}, ["source.start", "trigger.mode"]),
}


class KafkaLaterTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.kafka_port = ports.free_port(set(ports.DEFAULT_PORTS.values()))
        # Its mock Kafka is only there for the stack; what is tested here asks for another one.
        self.stack = self.enterContext(Stack(self.folder / "stack", any_free=True))

    def start(self, name, words, config):
        file = self.folder / f"{name}.yaml"
        file.write_text(json.dumps(config))
        log = self.folder / f"{name}.log"
        process = Process(name, [binary(words[0]), *words[1:], "--config", file], log, ROOT)
        self.addCleanup(process.stop)
        return process, log

    def start_kafka(self):
        """On the port that the processes have been asking."""
        kafka = Kafka(self.folder / "kafka", self.kafka_port)
        self.addCleanup(kafka.stop)
        return kafka

    def router(self, admin):
        return self.start("router", ["serin-router"], {
            "listen": "127.0.0.1:0", "http_listen": "127.0.0.1:0", "admin_grpc_listen": "127.0.0.1:0",
            "admin_listen": f"127.0.0.1:{admin}",
            "routes": [{"name": "sentiment", "stable_version": "v1", "versions": [
                {"name": "v1", "weight": 1, "endpoints": [self.stack.address("model server v1")]}]}],
            "revision_log": {"kafka": {"brokers": f"127.0.0.1:{self.kafka_port}", "timeout": "1s"}}})

    def stream(self, admin):
        return self.start("stream", ["serin-stream", "run"], {
            "kafka": {"bootstrap_servers": f"127.0.0.1:{self.kafka_port}"},
            "source": {"topic": "test", "group_id": "later", "start": "earliest"},
            "router": {"address": self.stack.address("router")},
            "sink": {"results_topic": "predictions", "dead_letter_topic": "dead-letters"},
            "admin_listen": f"127.0.0.1:{admin}"})

    def test_both_wait_for_it_say_so_and_become_ready_when_it_appears(self):
        taken = {self.kafka_port, *self.stack.ports.values()}
        of_router = ports.free_port(taken)
        of_stream = ports.free_port(taken | {of_router})
        waiting = {of_router: self.router(of_router), of_stream: self.stream(of_stream)}
        for process, log in waiting.values():
            wait_until(lambda log=log: f"at 127.0.0.1:{self.kafka_port}" in log.read_text(), "a word about it",
                       WAIT_SECONDS, [process])
            self.assertIn("waiting for", log.read_text())
        for port in waiting:
            for path, status in (("/livez", 200), ("/readyz", 503), ("/metrics", 200)):
                wait_until(lambda port=port, path=path, status=status: http_status(port, path) == status,
                           f"{status} on {path}", WAIT_SECONDS)
        self.assertIn(f"127.0.0.1:{self.kafka_port}", http_text(of_router, "/readyz"))

        kafka = self.start_kafka()
        kafka.create_topics(test=1, predictions=1, dead_letters=1)
        for port, (process, _) in waiting.items():
            wait_until(lambda port=port: http_status(port, "/readyz") == 200, "readiness", WAIT_SECONDS,
                       [process])
        kafka.produce("test", "k", b'{"data": "The book was good."}')
        wait_until(lambda: read_topic(kafka.address, "predictions"), "a result", WAIT_SECONDS)

    def test_one_that_waits_still_ends_when_it_is_asked_to(self):
        for name, start in (("router", self.router), ("stream", self.stream)):
            with self.subTest(name):
                process, log = start(ports.free_port(set()))
                wait_until(lambda log=log: "waiting for" in log.read_text(), "a word about it", WAIT_SECONDS,
                           [process])
                self.assertEqual(process.stop(), 0, log.read_text())


class WrongConfigTest(unittest.TestCase):
    def test_every_fault_is_named_at_once_with_exit_code_64(self):
        folder = temporary_folder(self.addCleanup)
        for name, (config, faults) in [*WRONG.items(), *UNFIT.items()]:
            with self.subTest(name, config=config):
                file = pathlib.Path(folder) / f"{name}.yaml"
                file.write_text(json.dumps(config))
                program, *words = PROGRAMS[name]
                done = subprocess.run([binary(program), *words, "--config", file], capture_output=True, text=True,
                                      timeout=WAIT_SECONDS)
                self.assertEqual(done.returncode, 64, done.stderr)
                for fault in faults:
                    self.assertRegex(done.stderr, rf"{name}\.yaml.*{fault}.*expected", done.stderr)


if __name__ == "__main__":
    unittest.main()
