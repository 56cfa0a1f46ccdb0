"""What the stream client's two guarantees are worth on a real broker: clients are killed and members
come and go, and every record comes out: at least once, or exactly once to read_committed readers."""
import random
import time
import unittest

from stream_support import BrokerTest, Job, in_parallel, kill, wait_for_log

SEED = 7


class DeliveryTest(BrokerTest):
    scorer_delay_ms = 20

    def job(self, topic, delivery, records, **options):
        job = Job(self.folder, self.kafka, topic, self.scorer.address, delivery, **options)
        job.create_topics()
        job.produce(records)
        return job

    def kill_at_random(self, job, rounds, trigger, **properties):
        """Clients of one slot, killed at any moment of a batch or a transaction."""
        random_time = random.Random(SEED)
        for _ in range(rounds):
            client = job.start("a", trigger, **properties)
            self.addCleanup(client.stop)
            wait_for_log(client, "reading topic")
            time.sleep(random_time.uniform(0, 0.4))
            kill(client)

    def test_killed_clients_write_every_result_exactly_once(self):
        job = self.job("killed-eos", "exactly-once", 24000)
        self.kill_at_random(job, 12, "available-now")
        self.assertGreater(job.finish(), 0)
        job.check(self, exactly_once=True)
        self.assertEqual(job.finish(), 0)

    def test_a_killed_static_member_takes_its_partitions_up_again(self):
        job = self.job("killed-static", "exactly-once", 16000)
        self.kill_at_random(job, 5, "continuous", group__instance__id="one")
        time.sleep(6.5)  # until the group has given up the last one
        job.finish()
        job.check(self, exactly_once=True)
        self.assertEqual(job.finish(), 0)

    def test_killed_clients_lose_nothing_and_repeat_at_most_what_was_in_flight(self):
        job = self.job("killed-alo", "at-least-once", 16000)
        self.kill_at_random(job, 6, "available-now")
        self.assertGreater(job.finish(), 0)
        # Per kill: the batches in flight, and what 250 ms between commits hold.
        job.check(self, exactly_once=False, duplicates=6 * (4 * 50 + 5000))
        self.assertEqual(job.finish(), 0)


if __name__ == "__main__":
    unittest.main()
