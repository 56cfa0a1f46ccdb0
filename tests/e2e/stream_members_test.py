"""Members of a group join and leave under load, on a real broker: every record comes out, and exactly
once where that was asked for."""
import random
import time
import unittest

from stream_support import BrokerTest, Job, in_parallel, kill

SEED = 11
ROUNDS = 20
MOST_MEMBERS = 3
EAGER = "range"
COOPERATIVE = "cooperative-sticky"


class Churn:
    """One job whose members come and go."""

    def __init__(self, job, seed):
        self.job = job
        self._random = random.Random(seed)
        self._members = []
        self._rounds = 0
        self._free = [f"slot-{i}" for i in range(MOST_MEMBERS)]

    def run(self, rounds):
        if not self._members:
            self._join()
        for _ in range(rounds):
            self._rounds += 1
            if not self._free or (len(self._members) > 1 and self._random.random() < 0.5):
                self._leave(killed=self._rounds % 7 == 4)
            else:
                self._join()
            time.sleep(self._random.uniform(0.3, 0.9))

    def stop(self):
        while self._members:
            self._leave()

    def _join(self):
        slot = self._free.pop(0)
        self._members.append((slot, self.job.start(slot)))

    def _leave(self, killed=False):
        slot, client = self._members.pop(self._random.randrange(len(self._members)))
        if killed:
            kill(client)
        else:
            code = client.stop()
            assert code == 0, f"{client.name}: {code}\n{client.last_words(30)}"
        self._free.append(slot)


class MembersTest(BrokerTest):
    scorer_delay_ms = 30

    def churn(self, name, delivery, strategy):
        job = Job(self.folder, self.kafka, name, self.scorer.address, delivery, batch=10, in_flight=2,
                  partition__assignment__strategy=strategy)
        job.create_topics(6)
        job.produce(12000)
        churn = Churn(job, SEED)
        self.addCleanup(churn.stop)
        return churn

    def check(self, churn, exactly_once):
        churn.run(ROUNDS)
        churn.stop()
        time.sleep(6.5)  # until the group has given up a member that was killed
        churn.job.finish("slot-0")
        churn.job.check(self, exactly_once)
        self.assertEqual(churn.job.finish("slot-0"), 0)

    def check_both(self, strategy):
        jobs = {name: self.churn(f"{strategy}-{name}", name, strategy)
                for name in ("exactly-once", "at-least-once")}
        in_parallel([lambda name=name: self.check(jobs[name], name == "exactly-once") for name in jobs])

    def test_members_come_and_go_and_every_record_comes_out(self):
        self.check_both(EAGER)

    def test_members_that_give_up_partitions_one_by_one_come_and_go_and_every_record_comes_out(self):
        self.check_both(COOPERATIVE)


if __name__ == "__main__":
    unittest.main()
