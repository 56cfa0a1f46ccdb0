"""What goes into serin-stream run and what comes out of it: texts in fields or bare, results in protobuf,
Confluent's client at both ends, a bar on a terminal, the lag from the first moment on."""
import json
import os
import pty
import subprocess
import unittest

from stream_support import BrokerTest, Job, Scorer
from support import CONFLUENT_CLIENT, ROOT, VENV_PYTHON
from stack.ports import free_port
from stack.process import Process, wait_until
from stack.stack import binary, http_text
from stack.topics import read_topic


def read_all(descriptor):
    """What was written to the other end of a terminal until it was closed."""
    parts = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts).decode()


class FormatsTest(BrokerTest):
    def job(self, topic, *values, records=0):
        job = Job(self.folder, self.kafka, topic, self.scorer.address)
        job.create_topics()
        for value in values:
            self.kafka.produce(topic, "k", value)
        if records:
            job.produce(records)
        return job

    def texts(self, job, **changes):
        code, _, said = job.run_to_end(**changes)
        self.assertEqual(code, 0, said)
        return [record.json()["data"] for record in job.results()]

    def test_a_text_may_be_the_whole_value_or_stand_inside_objects(self):
        plain = self.job("plain", b'not {"JSON"}')
        self.assertEqual(self.texts(plain, source={"format": "text"}), ['not {"JSON"}'])
        inside = self.job("inside", b'{"payload": {"text": "in here"}}', b'{"text": "not here"}')
        self.assertEqual(self.texts(inside, source={"text_field": "payload.text"}), ["in here"])

    def test_results_in_protobuf_are_read_by_any_protobuf(self):
        job = self.job("binary", b'{"data": "good"}')
        code, _, said = job.run_to_end(sink={"results_format": "protobuf"})
        self.assertEqual(code, 0, said)
        decoded = subprocess.run(
            ["protoc", "--decode=serin.v1.ScoredRecord", f"-I{ROOT}/proto", "serin/v1/scored_record.proto"],
            input=job.results()[0].value, capture_output=True, check=True).stdout.decode()
        for line in ('data: "good"', 'label: "positive"', 'topic: "binary"', "compound: 0.004"):
            self.assertIn(line, decoded)

    def test_records_go_from_kcat_to_produce_and_from_replay_to_kcat_as_they_are(self):
        self.kafka.create_topics(first=1, second=1)
        first = ["kcat", "-q", "-b", self.kafka.address, "-t", "first"]
        subprocess.run([*first, "-P", "-k", "k", "-H", "a=1", "-H", "b=x"], input=b'{"data": "good"}', check=True,
                       timeout=30)
        subprocess.run([*first, "-P", "-K", ":", "-Z"], input=b"null:\n", check=True, timeout=30)
        lines = subprocess.run([*first, "-C", "-J", "-e"], capture_output=True, check=True, timeout=30).stdout
        said = subprocess.run([binary("serin-stream"), "produce", "-J", "-b", self.kafka.address, "-t", "second"],
                              input=lines, capture_output=True, check=True, timeout=30).stdout
        self.assertEqual(said.decode(), f"we've sent 2 messages to {self.kafka.address}\n")
        both = [sorted((record.key, record.value, record.headers) for record in read_topic(self.kafka.address, topic))
                for topic in ("first", "second")]
        self.assertEqual(both[0], both[1])
        self.assertEqual(both[0][0], (b"k", b'{"data": "good"}', {"a": "1", "b": "x"}))
        self.assertIn(b"null", [key for key, _, _ in both[0]])

        dead = self.job("unread", b"no JSON")
        dead.finish()
        out = subprocess.run([binary("serin-stream"), "replay", "-J", "--dry-run", "-b", self.kafka.address, "-t",
                              "unread-dead"], capture_output=True, check=True, timeout=30, text=True)
        self.assertEqual(out.stderr, "would send back 1 dead letters\n")
        letter = json.loads(out.stdout)
        self.assertEqual((letter["topic"], letter["key"], letter["payload"]), ("unread-dead", "k", "no JSON"))
        self.assertIn("serin-dlq-code", letter["headers"])

    def test_confluents_client_writes_the_input_and_reads_the_results_whatever_its_clock_says(self):
        job = Job(self.folder, self.kafka, "confluent", self.scorer.address, delivery="exactly-once")
        job.create_topics()
        # The first second of 1970, 2001, and 2100.
        times = (1, 1_000_000_000_000, 4_102_444_800_000)
        lines = [{"key": f"k{i}", "value": json.dumps({"data": f"n{i}"}), "headers": {"trace": f"t{i}"},
                  "timestamp": times[i % len(times)]} for i in range(30)]
        self.confluent("produce", job.topic, sent="".join(json.dumps(line) + "\n" for line in lines))
        code, _, said = job.run_to_end()
        self.assertEqual(code, 0, said)
        read = [json.loads(line) for line in self.confluent("consume", f"{job.topic}-out", "30").splitlines()]
        kept = [{**record, "value": json.dumps({"data": json.loads(record["value"])["data"]})} for record in read]
        self.assertCountEqual(kept, lines)

    def confluent(self, verb, topic, *words, sent=None):
        done = subprocess.run([VENV_PYTHON, CONFLUENT_CLIENT, verb, self.kafka.address, topic, *words], input=sent,
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_a_terminal_shows_a_bar_and_a_file_does_not(self):
        job = self.job("bar", records=100)
        self.assertNotIn("\x1b", job.run_to_end()[2])
        job.produce(50)
        config = job.write_config(self.folder / "bar.yaml", "a", "available-now")
        ours, theirs = pty.openpty()
        with subprocess.Popen([binary("serin-stream"), "run", "--config", config], stderr=theirs,
                              stdout=subprocess.DEVNULL) as client:
            os.close(theirs)
            said = read_all(ours)
        os.close(ours)
        self.assertEqual(client.returncode, 0, said)
        self.assertIn("[" + 24 * "=" + "] 100%  50 records", said)
        self.assertIn("lag 0, time left 0s", said)

    def test_the_lag_is_known_before_anything_is_finished(self):
        stuck = Scorer(self.folder, delay_ms=60000)
        self.addCleanup(stuck.stop)
        job = Job(self.folder, self.kafka, "lagging", stuck.address)
        job.create_topics()
        job.produce(120)
        port = free_port(())
        config = job.config("a", "continuous") | {"admin_listen": f"127.0.0.1:{port}", "drain_timeout": "0s"}
        file = self.folder / "lagging.yaml"
        job.write(file, config)
        client = Process("lagging", [binary("serin-stream"), "run", "--config", file],
                         self.folder / "lagging.log", ROOT)
        self.addCleanup(client.stop)

        def lag():
            try:
                lines = http_text(port, "/metrics").splitlines()
            except OSError:
                return 0
            return sum(float(line.rsplit(" ", 1)[1]) for line in lines
                       if line.startswith("serin_stream_lag_records{"))
        wait_until(lambda: lag() == 120, "waiting for the lag", 20, [client])


if __name__ == "__main__":
    unittest.main()
