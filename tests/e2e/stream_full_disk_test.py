"""What the stream client does when the disk under a real broker is full: Kafka then ends itself, clients wait,
and when the broker is back with room every record comes out, also of a client that was killed meanwhile.
Mounts a small disk in name spaces of its own; skipped (77) where that is not allowed."""
import os
import shutil
import subprocess
import sys
import unittest

from stream_support import Job, Scorer, kill
from support import ROOT, Kafka, temporary_folder
from stack.process import wait_until

MARK = "SERIN_OWN_NAMESPACES"
SKIPPED = 77
RECORDS = 6000  # of a job; their results are several times larger than what is left of the disk
ROOM_BYTES = 150_000


def run_in_namespaces():
    """Starts this program again where it may mount. Returns only there."""
    if MARK in os.environ:
        return
    if subprocess.run(["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True,
                      check=False).returncode != 0:
        print("skipped: no disk can be mounted here")
        sys.exit(SKIPPED)
    os.environ[MARK] = "1"
    os.execvp("unshare", ["unshare", "-Urm", sys.executable, *sys.argv])


class FullDiskTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.disk = self.folder / "data"  # where tools/kafka keeps topics
        self.disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", self.disk], check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=False)
        self.kafka = Kafka(self.folder)
        self.addCleanup(self.kafka.stop)
        self.scorer = Scorer(self.folder, 5)
        self.addCleanup(self.scorer.stop)

    def job(self, topic, delivery):
        job = Job(self.folder, self.kafka, topic, self.scorer.address, delivery)
        job.create_topics()
        job.produce(RECORDS)
        return job

    def fill_the_disk(self):
        with open(self.disk / "ballast", "wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, shutil.disk_usage(self.disk).free - ROOM_BYTES)

    def broker_has_ended(self):
        return subprocess.run([ROOT / "tools/kafka", "status", "--dir", self.folder], capture_output=True,
                              check=False).returncode != 0

    def test_nothing_is_lost_when_the_brokers_disk_is_full_and_later_has_room(self):
        kinds = [(delivery, dies) for delivery in ("at-least-once", "exactly-once") for dies in (False, True)]
        jobs = [self.job(f"{delivery}-{'killed' if dies else 'waits'}", delivery) for delivery, dies in kinds]
        self.fill_the_disk()
        clients = [job.start() for job in jobs]
        for client in clients:
            self.addCleanup(client.stop)
        # One may be done with it before another has begun.
        wait_until(self.broker_has_ended, "waiting for the broker to give up its full disk", 90, clients)
        self.assertIn("No space left on device", (self.folder / "kafka.log").read_text())
        for client, (_, dies) in zip(clients, kinds):
            client.check_alive()
            if dies:
                kill(client)
        (self.disk / "ballast").unlink()
        self.kafka.start_again()
        for job, client, (_, dies) in zip(jobs, clients, kinds):
            if not dies:
                wait_until(lambda job=job: len(job.results()) >= RECORDS, f"results of {job.topic}", 90, [client])
                self.assertEqual(client.stop(), 0, client.last_words(20))
        for job, (delivery, _) in zip(jobs, kinds):
            job.finish()
            job.check(self, exactly_once=delivery == "exactly-once")


if __name__ == "__main__":
    run_in_namespaces()
    unittest.main()
