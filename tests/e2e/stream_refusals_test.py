"""What becomes of results and dead letters that a real broker finds too large. Brokers judge whole message
sets, so what is small enough must not suffer for what it stands beside."""
import json
import random
import subprocess
import unittest

from stream_support import BrokerTest, Job, in_parallel
from stack.stack import binary
from stack.topics import read_topic

DELIVERIES = ("at-least-once", "exactly-once")
# Sets of some hundred results are larger, each of them is not.
NARROW = {"max.message.bytes": 3000}
# Does not compress: hexadecimal digits of the same numbers each time.
LONG_TEXT = f"{random.Random(3).getrandbits(4 * 6000):x}"


class RefusalsTest(BrokerTest):
    def job(self, topic, delivery, out=None, dead=None):
        job = Job(self.folder, self.kafka, topic, self.scorer.address, delivery, batch=500)
        in_parallel([lambda topic=topic: self.kafka.create_topic(*topic)
                     for topic in ((topic, 4, {}), (f"{topic}-out", 2, out or {}), (f"{topic}-dead", 1, dead or {}))])
        return job

    def check(self, job, delivery):
        """Every numbered record has its result; in transactions once, and in the order of its key."""
        job.check(self, exactly_once=delivery == "exactly-once")

    def check_letter(self, letters, topic):
        self.assertEqual([json.loads(letter.value)["data"] for letter in letters], [LONG_TEXT])
        headers = letters[0].headers
        self.assertEqual((headers["serin-dlq-stage"], headers["serin-dlq-code"]), ("produce", "INVALID_ARGUMENT"))
        self.assertIn(f"to topic {topic}-out: Broker: Message size too large", headers["serin-dlq-message"])

    def produce_with_a_long_one(self, job):
        job.produce(1000)
        self.kafka.produce(job.topic, "k7", json.dumps({"data": LONG_TEXT}).encode())
        job.produce(1000)

    def test_a_result_that_is_too_large_is_a_dead_letter_and_takes_no_other_with_it(self):
        for delivery in DELIVERIES:
            with self.subTest(delivery):
                job = self.job(f"narrow-{delivery}", delivery, out=NARROW)
                self.produce_with_a_long_one(job)
                code, _, said = job.run_to_end()
                self.assertEqual(code, 0, said)
                self.check(job, delivery)
                self.check_letter(read_topic(self.kafka.address, f"{job.topic}-dead"), job.topic)
                self.assertEqual(job.finish(), 0)

    def test_a_dead_letter_that_is_too_large_as_well_fails_the_run_and_nothing_is_lost(self):
        for delivery in DELIVERIES:
            with self.subTest(delivery):
                job = self.job(f"closed-{delivery}", delivery, out=NARROW, dead=NARROW)
                self.produce_with_a_long_one(job)
                code, _, said = job.run_to_end()
                self.assertEqual(code, 1, said)
                self.assertRegex(said, f"dead letter of {job.topic}/./[0-9]+ to topic {job.topic}-dead: Broker: "
                                       "Message size too large")
                self.kafka.create_topic(f"{job.topic}-wide", 1, {})
                code, _, said = job.run_to_end(sink={"dead_letter_topic": f"{job.topic}-wide"})
                self.assertEqual(code, 0, said)
                self.check(job, delivery)
                self.check_letter(read_topic(self.kafka.address, f"{job.topic}-wide"), job.topic)

    def test_dead_letters_that_are_too_large_only_together_are_all_written(self):
        for delivery in DELIVERIES:
            with self.subTest(delivery):
                job = self.job(f"bad-{delivery}", delivery, dead=NARROW)
                lines = "".join(f"k\tnot JSON {random.Random(i).getrandbits(400):x}\n" for i in range(800))
                subprocess.run([binary("serin-stream"), "produce", "-b", self.kafka.address, "-t", job.topic,
                                "--format", "key-value"], input=lines.encode(), check=True, capture_output=True,
                               timeout=60)
                code, _, said = job.run_to_end()
                self.assertEqual(code, 0, said)
                letters = {record.value.decode() for record in read_topic(self.kafka.address, f"{job.topic}-dead")}
                self.assertEqual(letters, {line.split("\t")[1] for line in lines.splitlines()})


if __name__ == "__main__":
    unittest.main()
