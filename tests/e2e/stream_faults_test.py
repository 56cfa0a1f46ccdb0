"""What the stream client does when Kafka, the router, a topic or the disk fails, on a real broker."""
import json
import pathlib
import time
import unittest

from stream_support import BrokerTest, Job, Scorer, wait_for_log
from support import Kafka, temporary_folder
from stack.process import wait_until
from stack.topics import read_topic

# The broker lets members have sessions this short, so that a poll interval can be short, too.
SHORT = {"session__timeout__ms": 1000, "heartbeat__interval__ms": 100, "max__poll__interval__ms": 1000}


class FaultsTest(BrokerTest):
    scorer_delay_ms = 5
    broker_properties = {"group__min__session__timeout__ms": 1000,
                         "transaction__abort__timed__out__transaction__cleanup__interval__ms": 200}

    def job(self, topic, records, router=None, **options):
        job = Job(self.folder, self.kafka, topic, router or self.scorer.address, **options)
        job.create_topics()
        if records:
            job.produce(records)
        return job

    def start(self, job, *args, **properties):
        client = job.start(*args, **properties)
        self.addCleanup(client.stop)
        return client

    def wait_for_results(self, job, count, client, seconds=40):
        wait_until(lambda: len(job.results()) >= count, f"waiting for {count} results", seconds, [client])

    def test_a_broker_that_restarts_costs_nothing(self):
        jobs = [self.job(f"restart-{mode}", 20000, delivery=mode) for mode in ("exactly-once", "at-least-once")]
        clients = [self.start(job) for job in jobs]
        for client in clients:
            wait_for_log(client, "assigned")
        self.kafka.stop()
        time.sleep(1)
        self.kafka.start_again()
        for job, client in zip(jobs, clients):
            job.produce(1000)
            self.wait_for_results(job, job.count, client)
            self.assertEqual(client.stop(), 0, client.last_words(20))
            job.finish()
            job.check(self, exactly_once=client is clients[0])

    def test_a_broker_that_is_away_for_longer_than_a_transaction_may_last_costs_nothing(self):
        job = self.job("outlasted", 20000, delivery="exactly-once")
        client = self.start(job, transaction__timeout__ms=2000)
        wait_until(lambda: len(job.results()) >= 500, "the first results", 40, [client])
        self.kafka.stop()
        self.assertIsNone(client.wait(4))
        self.kafka.start_again()
        self.wait_for_results(job, 20000, client)
        self.assertEqual(client.stop(), 0, client.last_words(20))
        job.check(self, exactly_once=True)

    def test_a_call_ten_times_longer_than_the_poll_interval_keeps_its_partitions(self):
        slow = Scorer(self.folder, delay_ms=10000)
        self.addCleanup(slow.stop)
        job = self.job("long-call", 40, slow.address, batch=100, in_flight=1)
        client = self.start(job, **SHORT)
        self.wait_for_results(job, 40, client)
        said = pathlib.Path(client.log).read_text()
        self.assertEqual(said.count("assigned long-call"), 1, said)
        self.assertNotIn("lost", said)
        self.assertEqual(client.stop(), 0)
        job.check(self, exactly_once=True)

    def test_a_router_that_is_away_for_half_a_minute_costs_nothing(self):
        scorer = Scorer(self.folder, delay_ms=6)
        job = self.job("half-a-minute", 20000, scorer.address)
        client = self.start(job, **SHORT)
        self.wait_for_results(job, 100, client)
        scorer.stop()
        self.assertIsNone(client.wait(30))
        back = Scorer(self.folder, delay_ms=6, port=int(scorer.address.rsplit(":", 1)[1]))
        self.addCleanup(back.stop)
        self.wait_for_results(job, 20000, client)
        self.assertEqual(client.stop(), 0)
        self.assertEqual(read_topic(self.kafka.address, "half-a-minute-dead"), [])
        job.check(self, exactly_once=True)

    def test_partitions_a_topic_grows_while_it_is_read_are_read_too(self):
        job = self.job("grown", 200)
        client = self.start(job, topic__metadata__refresh__interval__ms=500)
        self.wait_for_results(job, 200, client)
        self.kafka.grow_topic("grown", 12)
        job.produce(2000)
        self.wait_for_results(job, 2200, client)
        self.assertIn("grown/11", pathlib.Path(client.log).read_text())
        self.assertEqual(client.stop(), 0)
        job.check(self, exactly_once=False, duplicates=0)

    def test_a_topic_that_is_deleted_is_waited_for_while_the_others_go_on(self):
        self.kafka.create_topics(doomed=1)
        job = self.job("staying", 200)
        job.topics = "staying,doomed"
        client = self.start(job, topic__metadata__refresh__interval__ms=500)
        self.kafka.produce("doomed", "k", b'{"data": "before"}')
        self.wait_for_results(job, 201, client)
        self.kafka.delete_topic("doomed")
        job.produce(100)
        self.wait_for_results(job, 301, client)
        self.kafka.create_topics(doomed=1)
        self.kafka.produce("doomed", "k", b'{"data": "again"}')
        self.wait_for_results(job, 302, client)
        self.assertEqual(client.stop(), 0, client.last_words(20))
        self.assertEqual(sorted(record.json()["data"] for record in job.results()
                                if record.json()["topic"] == "doomed"), ["again", "before"])

    def test_a_record_of_900_kb_is_scored_or_kept_whole(self):
        job = self.job("large", 0)
        value = json.dumps({"data": "good " * 180000}).encode()
        self.kafka.produce("large", "k", value)
        self.assertEqual(job.run_to_end(source={"group_id": "no"})[0], 0)
        dead = read_topic(self.kafka.address, "large-dead")
        self.assertEqual([record.value for record in dead], [value])
        self.assertEqual(dead[0].headers["serin-dlq-stage"], "decode")
        code, _, said = job.run_to_end(source={"group_id": "yes", "max_text_bytes": 1048576})
        self.assertEqual(code, 0, said)
        self.assertEqual([record.json()["data"] for record in job.results()], ["good " * 180000])

    def test_a_disk_that_is_full_fails_the_run_and_nothing_is_lost(self):
        job = self.job("disk", 1000)
        file = self.folder / "disk.jsonl"
        # In blocks of 512 bytes; a process that ignores the signal sees the error, as with a full disk.
        full = ["sh", "-c", "ulimit -f 100; trap '' XFSZ; exec \"$@\"", "sh"]
        sink = {"jsonl": {"path": str(file)}, "results_topic": ""}
        code, _, said = job.run_to_end(wrapper=full, sink=sink)
        self.assertEqual(code, 1, said)
        self.assertIn(f"{file}: cannot be written: File too large", said)
        written = file.read_text()
        self.assertGreater(len(written), 0)
        self.assertTrue(written.endswith("}\n"), written[-50:])
        code, _, said = job.run_to_end(sink=sink)
        self.assertEqual(code, 0, said)
        texts = {json.loads(line)["data"] for line in file.read_text().splitlines()}
        self.assertEqual(texts, {f"n{i}" for i in range(1000)})

    def test_results_go_where_kcat_users_expect_them(self):
        job = self.job("envelopes", 20)
        code, out, said = job.run_to_end(flags=["-J"])
        self.assertEqual(code, 0, said)
        lines = [json.loads(line) for line in out.splitlines()]
        self.assertEqual({json.loads(line["payload"])["data"] for line in lines}, {f"n{i}" for i in range(20)})
        self.assertEqual({line["topic"] for line in lines}, {"envelopes"})


class UnauthorizedTest(unittest.TestCase):
    def test_an_output_topic_that_may_not_be_written_ends_the_run_uncommitted(self):
        folder = temporary_folder(self.addCleanup)
        kafka = Kafka(folder, allow__everyone__if__no__acl__found="true",
                      authorizer__class__name="org.apache.kafka.metadata.authorizer.StandardAuthorizer")
        self.addCleanup(kafka.stop)
        scorer = Scorer(folder)
        self.addCleanup(scorer.stop)
        job = Job(folder, kafka, "denied", scorer.address)
        job.create_topics()
        job.produce(100)
        kafka.deny_writing("denied-out")
        code, _, said = job.run_to_end()
        self.assertEqual(code, 1, said)
        self.assertIn("denied-out", said)
        self.assertIn("PERMISSION_DENIED", said)
        code, _, said = job.run_to_end(sink={"results_topic": "denied-dead"})
        self.assertEqual(code, 0, said)
        self.assertIn("100 records in, 100 results", said)


if __name__ == "__main__":
    unittest.main()
