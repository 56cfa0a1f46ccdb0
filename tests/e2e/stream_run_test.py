"""serin-stream run as a process on a real broker: where it starts, when it ends, what it says."""
import collections
import datetime
import json
import os
import pathlib
import signal
import subprocess
import time
import unittest

from stream_support import BrokerTest, Job, Scorer, wait_for_log
from support import ROOT
from stack.process import Process, wait_until
from stack.stack import binary
from stack.topics import read_topic


class RunTest(BrokerTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.job = Job(cls.folder, cls.kafka, "runs", cls.scorer.address)
        cls.job.create_topics()
        cls.job.produce(40)
        time.sleep(0.01)
        cls.between_ms = int(time.time() * 1000)
        time.sleep(0.01)
        cls.job.produce(60)

    def run_once(self, group, *flags, expected=0):
        """Runs to the present end as a group of its own; returns records in, or what it said."""
        config = self.folder / f"{group}.yaml"
        self.job.write_config(config, "a", "available-now")
        summary = self.folder / f"{group}.json"
        done = subprocess.run([binary("serin-stream"), "run", "--config", config, "-G", group,
                               "--summary", summary, *flags], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual(done.returncode, expected, done.stderr)
        return done.stderr if expected else json.loads(summary.read_text())["records_in"]

    def test_each_start_reads_what_it_says(self):
        self.assertEqual(self.run_once("earliest"), 100)
        self.assertEqual(self.run_once("latest", "-o", "end"), 0)
        self.assertEqual(self.run_once("time", "-o", f"s@{self.between_ms}"), 60)
        later = int(time.time() * 1000) + 3600000
        self.assertEqual(self.run_once("later", "-o", f"timestamp={later}"), 0)
        whole = self.run_once("zero", "-o", "runs:0:0")
        self.assertEqual(whole, 100)
        self.assertEqual(self.run_once("offset", "-o", "runs:0:5"), 95)

    def test_latest_counts_from_the_first_start_on_and_new_partitions_are_read_whole(self):
        job = Job(self.folder, self.kafka, "newest", self.scorer.address)
        job.create_topics(partitions=2)
        self.kafka.produce("newest", "k", b'{"data": "old"}')
        config = job.config("a", "continuous", **{"topic.metadata.refresh.interval.ms": "300"})
        config["source"]["start"] = "latest"
        file = job.write(self.folder / "newest.yaml", config)

        def start():
            client = Process("newest", [binary("serin-stream"), "run", "--config", file], self.folder / "newest.log",
                             ROOT)
            self.addCleanup(client.stop)
            wait_for_log(client, "assigned newest/0, newest/1")
            return client

        # Nothing comes while it runs; what comes while nobody reads is not skipped.
        client = start()
        self.assertEqual(client.stop(), 0)
        job.produce(20)
        client = start()
        wait_until(lambda: len(job.results()) == 20, "waiting for what came meanwhile", 20, [client])
        self.kafka.grow_topic("newest", 8)
        job.produce(100)
        wait_until(lambda: len(job.results()) == 120, "waiting for the new partitions", 20, [client])
        # These are still empty when it ends.
        self.kafka.grow_topic("newest", 12)
        wait_for_log(client, "newest/11")
        self.assertEqual(client.stop(), 0)
        job.produce(100)
        client = start()
        wait_until(lambda: len(job.results()) == 220, "waiting for what came to new partitions", 20, [client])
        self.assertEqual(client.stop(), 0)
        job.check(self, exactly_once=False, duplicates=0)

    def test_committed_offsets_win_and_their_absence_can_be_an_error(self):
        self.assertIn("committed nothing", self.run_once("fresh", "-o", "stored", expected=1))
        self.assertEqual(self.run_once("twice"), 100)
        self.assertEqual(self.run_once("twice", "-o", "stored"), 0)
        self.assertEqual(self.run_once("twice", "-o", "beginning"), 0)

    def test_topics_can_be_listed_or_matched(self):
        self.kafka.create_topics(runs_two=1)
        self.kafka.produce("runs-two", "k", b'{"data": "one more"}')
        self.assertEqual(self.run_once("list", "-t", "runs,runs-two"), 101)
        self.assertEqual(self.run_once("pattern", "-t", "^runs(-two)?$"), 101)

    def test_progress_lines_are_shaped_as_sparks(self):
        config = self.folder / "progress.yaml"
        self.job.write_config(config, "a", "available-now")
        done = subprocess.run([binary("serin-stream"), "run", "--config", config, "-G", "progress",
                               "--progress", "json"], capture_output=True, text=True, check=True, timeout=60)
        lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
        self.assertEqual(sum(line["numInputRows"] for line in lines), 100)
        self.assertEqual(sum(line["sink"]["numOutputRows"] for line in lines), 100)
        ends = {str(partition): count for partition, count in
                collections.Counter(record.partition for record in read_topic(self.kafka.address, "runs")).items()}
        for line in lines:
            self.assertEqual({"latestOffset", "getBatch", "predict", "produce", "commitOffsets",
                              "triggerExecution"}, set(line["durationMs"]))
            start, end = (line["sources"][0][name]["runs"] for name in ("startOffset", "endOffset"))
            self.assertEqual(sum(end[partition] - start[partition] for partition in start),
                             line["numInputRows"])
            latest = line["sources"][0]["latestOffset"]["runs"]
            behind = [latest[partition] - end[partition] for partition in end]
            self.assertEqual(line["sources"][0]["metrics"],
                             {"avgOffsetsBehindLatest": f"{sum(behind) / len(behind):.1f}",
                              "maxOffsetsBehindLatest": str(max(behind)),
                              "minOffsetsBehindLatest": str(min(behind))})
            self.assertEqual(line["sources"][0]["description"], "KafkaV2[Subscribe[runs]]")
            # Each partition's end, from the first batch on, whatever has been read of it.
            self.assertEqual(latest, {partition: ends[partition] for partition in latest})

    def start_with_progress(self, job, trigger, **batch):
        """A client that writes a line a batch."""
        config = job.config("a", trigger)
        config["batch"] |= batch
        file = job.write(self.folder / f"{job.topic}.yaml", config)
        client = Process(job.topic, [binary("serin-stream"), "run", "--config", file, "--progress", "json"],
                         self.folder / f"{job.topic}.log", ROOT)
        self.addCleanup(client.stop)
        return client

    def progress(self, client):
        lines = pathlib.Path(client.log).read_text().splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("\n")]

    def test_processing_time_starts_a_batch_an_interval_and_takes_what_came_meanwhile(self):
        job = Job(self.folder, self.kafka, "timed", self.scorer.address)
        job.create_topics(partitions=1)
        client = self.start_with_progress(job, "processing-time=700ms")
        wait_for_log(client, "assigned")

        def done():
            job.produce(1)
            return len(self.progress(client)) >= 4
        wait_until(done, "waiting for batches", 60, [client])
        wait_until(lambda: len(job.results()) == job.count, "waiting for the results", 20, [client])
        self.assertEqual(client.stop(), 0)
        next_offset, last = 0, datetime.datetime.min.replace(tzinfo=datetime.timezone.utc)
        for line in self.progress(client):
            begun = datetime.datetime.fromisoformat(line["timestamp"].replace("Z", "+00:00"))
            self.assertGreaterEqual(begun - last, datetime.timedelta(milliseconds=700))
            self.assertGreaterEqual(line["durationMs"]["getBatch"], 700)
            source = line["sources"][0]
            self.assertEqual(source["startOffset"]["timed"]["0"], next_offset)
            next_offset, last = source["endOffset"]["timed"]["0"], begun
        self.assertEqual(next_offset, job.count)

    def test_a_full_batch_does_not_wait_for_the_interval_and_a_stop_leaves_what_was_gathered(self):
        job = Job(self.folder, self.kafka, "patient", self.scorer.address)
        job.create_topics(partitions=1)
        job.produce(12)
        client = self.start_with_progress(job, "processing-time=1h", max_records=5)
        wait_until(lambda: len(self.progress(client)) == 2, "waiting for two full batches", 20, [client])
        self.assertEqual(client.stop(), 0)
        self.assertEqual([line["numInputRows"] for line in self.progress(client)], [5, 5])
        self.assertEqual(job.finish(), 2)
        job.check(self, exactly_once=True)

    def test_sigterm_under_load_exits_with_0_and_nothing_is_lost(self):
        job = Job(self.folder, self.kafka, "stopped", self.scorer.address)
        job.create_topics()
        job.produce(20000)
        for _ in range(3):
            client = job.start()
            self.addCleanup(client.stop)
            wait_for_log(client, "assigned")
            time.sleep(0.2)
            client.ask_to_stop()
            self.assertEqual(client.wait(10), 0, client.last_words(20))
        job.finish()
        job.check(self, exactly_once=False, duplicates=0)

    def test_a_second_signal_ends_a_stuck_drain_at_once(self):
        slow = Scorer(self.folder, delay_ms=60000)
        self.addCleanup(slow.stop)
        job = Job(self.folder, self.kafka, "stuck", slow.address)
        job.create_topics()
        job.produce(100)
        client = job.start(trigger="available-now")
        self.addCleanup(client.stop)
        wait_for_log(client, "reading topic")
        time.sleep(0.5)
        client.ask_to_stop()
        self.assertIsNone(client.wait(0.5))
        os.kill(client.pid, signal.SIGINT)
        self.assertEqual(client.wait(2), 130)

    def test_dead_letters_can_be_sent_back_by_their_reason(self):
        job = Job(self.folder, self.kafka, "letters", self.scorer.address)
        job.create_topics()
        self.kafka.produce("letters", "bad", b"no JSON")
        self.kafka.produce("letters", "number", b'{"data": 1}')
        job.finish()
        command = [binary("serin-stream"), "replay", "-b", self.kafka.address, "-t", "letters-dead"]
        said = subprocess.run([*command, "--message", "a number"], capture_output=True, text=True,
                              check=True, timeout=60).stdout
        self.assertEqual(said.strip(), "sent back 1 dead letters")
        back = [record for record in read_topic(self.kafka.address, "letters") if record.headers]
        self.assertEqual([(record.key, record.value) for record in back], [(b"number", b'{"data": 1}')])
        self.assertEqual(back[0].headers["serin-replay-topic"], "letters")
        self.assertNotIn("serin-dlq-code", back[0].headers)

    def test_a_router_that_goes_away_and_comes_back_costs_nothing(self):
        scorer = Scorer(self.folder, delay_ms=5)
        job = Job(self.folder, self.kafka, "away", scorer.address)
        job.create_topics()
        job.produce(20000)
        client = job.start(trigger="available-now")
        self.addCleanup(client.stop)
        wait_for_log(client, "reading topic")
        time.sleep(0.3)
        scorer.stop()
        self.assertIsNone(client.wait(6))
        back = Scorer(self.folder, delay_ms=5, port=int(scorer.address.rsplit(":", 1)[1]))
        self.addCleanup(back.stop)
        self.assertEqual(client.wait(60), 0, client.last_words(20))
        job.check(self, exactly_once=True)


if __name__ == "__main__":
    unittest.main()
