"""What the tests of the stream client's delivery share: a broker, a scorer, and clients."""
import collections
import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import unittest

from support import ROOT, Kafka, temporary_folder
from stack.process import Process, wait_until
from stack.stack import binary
from stack.topics import read_topic

# The broker's own lower bound is six seconds; a member that was killed counts as alive so long.
SESSION = {"session.timeout.ms": 6000, "heartbeat.interval.ms": 200}


class Scorer(Process):
    """A model that answers at once, or after a delay."""

    def __init__(self, folder, delay_ms=0, port=0):
        super().__init__("scorer", [binary("serin-fake-scorer"), str(port), str(delay_ms)],
                         pathlib.Path(folder) / f"scorer-{delay_ms}.log", ROOT,
                         output=subprocess.PIPE, keep_input=True)
        self.address = self.stdout.readline().decode().strip()


class BrokerTest(unittest.TestCase):
    """Has a broker and a scorer of its own."""

    scorer_delay_ms = 0
    broker_properties = {}

    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls.addClassCleanup)
        cls.kafka = Kafka(cls.folder, **cls.broker_properties)
        cls.addClassCleanup(cls.kafka.stop)
        cls.scorer = Scorer(cls.folder, cls.scorer_delay_ms)
        cls.addClassCleanup(cls.scorer.stop)


class Job:
    """One topic of numbered records and the clients that work on it."""

    def __init__(self, folder, kafka, topic, router, delivery="at-least-once", batch=50, in_flight=4,
                 **properties):
        self._folder = pathlib.Path(folder)
        self._kafka = kafka
        self.topic = topic
        self.topics = topic  # what clients read
        self._values = {"kafka": kafka.address, "topic": topic, "group": f"{topic}-group",
                        "router": router, "delivery": delivery, "batch": batch, "in_flight": in_flight}
        self._properties = SESSION | {key.replace("__", "."): value for key, value in properties.items()}
        self._started = 0
        self.count = 0

    def create_topics(self, partitions=4):
        self._kafka.create_topics(**{self.topic: partitions, f"{self.topic}-out": 2,
                                     f"{self.topic}-dead": 1})

    def produce(self, count):
        """Records n{i} under keys k{i % 50}, so that the order of a key can be seen."""
        lines = "".join(f"k{i % 50}\tn{i}\n" for i in range(self.count, self.count + count))
        self.count += count
        subprocess.run([binary("serin-stream"), "produce", "-b", self._kafka.address, "-t", self.topic,
                        "--format", "key-text"], input=lines.encode(), check=True,
                       capture_output=True, timeout=60)

    def start(self, instance="a", trigger="continuous", **properties):
        """A client; give each that lives at the same time an instance of its own."""
        self._started += 1
        name = f"{self.topic}-{self._started}"
        extra = self._properties | {key.replace("__", "."): value for key, value in properties.items()}
        config = self._folder / f"{name}.yaml"
        self.write_config(config, instance, trigger, **extra)
        return Process(name, [binary("serin-stream"), "run", "--config", config, "--summary",
                              self._folder / f"{name}.json"], self._folder / f"{name}.log", ROOT)

    def config(self, instance, trigger, **properties):
        """A config as the file's dictionary."""
        values = self._values
        return {
            "kafka": {"bootstrap_servers": values["kafka"],
                      "properties": {name: str(value)
                                     for name, value in (properties or self._properties).items()}},
            "source": {"topic": self.topics, "group_id": values["group"]},
            "router": {"address": values["router"]},
            "sink": {"results_topic": f"{self.topic}-out", "dead_letter_topic": f"{self.topic}-dead",
                     "console": {"enabled": False}},
            "batch": {"max_records": values["batch"], "max_in_flight": values["in_flight"],
                      "order": "partition"},
            "delivery": {"mode": values["delivery"], "instance": instance},
            "trigger": {"mode": trigger},
            "admin_listen": "127.0.0.1:0",
            "drain_timeout": "5s",
        }

    def write_config(self, file, instance, trigger, **properties):
        return self.write(file, self.config(instance, trigger, **properties))

    def write(self, file, config):
        file.write_text(json.dumps(config))
        return file

    def run_to_end(self, flags=(), wrapper=(), **changes):
        """Runs to the present end with keys of the config changed, source={"format": "text"}; returns the
        exit code, standard output and standard error."""
        self._started += 1
        config = self.config("a", "available-now")
        for section, keys in changes.items():
            config[section] = config.get(section, {}) | keys
        file = self.write(self._folder / f"{self.topic}-{self._started}.yaml", config)
        done = subprocess.run([*wrapper, binary("serin-stream"), "run", "--config", file, *flags],
                              capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def finish(self, instance="a"):
        """Works through what is left, in large batches; returns how many records that were."""
        usual, self._values = self._values, self._values | {"batch": 500, "in_flight": 8}
        try:
            client = self.start(instance, "available-now")
        finally:
            self._values = usual
        code = client.wait(60)
        client.stop()
        assert code == 0, f"{client.name}: {code}\n{client.last_words(30)}"
        return json.loads((self._folder / f"{client.name}.json").read_text())["records_in"]

    def results(self):
        return read_topic(self._kafka.address, f"{self.topic}-out")

    def check(self, test, exactly_once, duplicates=None):
        """The ids that came out are those that went in, each key in its order."""
        texts = [(record.key, record.json()["data"]) for record in self.results()]
        counts = collections.Counter(text for _, text in texts)
        test.assertEqual(set(counts), {f"n{i}" for i in range(self.count)})
        if exactly_once:
            test.assertEqual([text for text, count in counts.items() if count > 1], [])
            self._check_key_order(test, texts)
        elif duplicates is not None:
            test.assertLessEqual(sum(counts.values()) - self.count, duplicates)

    def _check_key_order(self, test, texts):
        last = {}
        for key, text in texts:
            number = int(text[1:])
            test.assertGreater(number, last.get(key, -1), f"order of {key}")
            last[key] = number


def kill(client):
    os.kill(client.pid, signal.SIGKILL)
    client.stop()


def in_parallel(calls):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()


def wait_for_log(client, words, seconds=20):
    wait_until(lambda: words in pathlib.Path(client.log).read_text(errors="replace"),
               f"waiting for '{words}' of {client.name}", seconds, [client])
