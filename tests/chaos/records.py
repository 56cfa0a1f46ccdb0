"""Records for the stream clients, all the time, and what became of them."""
import json
import pathlib
import subprocess
import time

from configs import JOBS
from stack.stack import binary
from stack.topics import read_topic

BATCH = 60
EVERY_SECONDS = 1.0
GIVE_UP_SECONDS = 30
POLL_SECONDS = 0.1
# Of so many records one cannot be decoded and belongs to the dead letters.
MALFORMED_EVERY = 50
KEYS = 97


def line_of(number):
    """Key and value of a record, as `serin-stream produce --format key-value` takes them."""
    value = "this is no JSON" if number % MALFORMED_EVERY == 0 else json.dumps(
        {"data": f"Record {number} was good."})
    return f"r{number % KEYS:04}\t{value}\n"


class Producer:
    """Feeds one job. What the broker did not acknowledge may be there or not; what it did must be."""

    def __init__(self, job, kafka, folder, journal):
        self.acknowledged = 0
        self._job, self._kafka, self._journal = job, kafka, journal
        self._lines = pathlib.Path(folder) / f"{job}.lines"
        self._next = 1

    def run(self, until):
        """A generator that ends after the time `until`."""
        while time.monotonic() < until:
            yield from self._send_some()
            yield EVERY_SECONDS

    def _send_some(self):
        self._lines.write_text("".join(line_of(n) for n in range(self._next, self._next + BATCH)))
        self._next += BATCH
        with open(self._lines, "rb") as lines:
            sending = subprocess.Popen(
                [binary("serin-stream"), "produce", "-b", self._kafka, "-t", f"{self._job}-in",
                 "--format", "key-value"], stdin=lines, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + GIVE_UP_SECONDS
        while sending.poll() is None:
            if time.monotonic() > give_up:
                sending.kill()
            yield POLL_SECONDS
        if sending.returncode == 0:
            self.acknowledged += BATCH


def _place(headers):
    return [int(headers["serin-dlq-partition"]), int(headers["serin-dlq-offset"])]


def read_job(kafka, job):
    """All that stands in the topics of a job, for the checker."""
    results = []
    for record in read_topic(kafka, f"{job}-out"):
        value = record.json()
        results.append([value["partition"], value["offset"], (record.key or b"").decode(),
                        value["model_version"], value["route_revision"], value["assignment"]])
    return {
        "inputs": [[record.partition, record.offset, record.value.startswith(b"{")]
                   for record in read_topic(kafka, f"{job}-in")],
        "results": results,
        "dead": [[*_place(record.headers), record.headers["serin-dlq-message"]]
                 for record in read_topic(kafka, f"{job}-dead")],
    }


def is_done(found):
    """Whether every input has come out one way or another."""
    out = {tuple(row[:2]) for row in found["results"] + found["dead"]}
    return all((row[0], row[1]) in out for row in found["inputs"])


def jobs():
    return tuple(JOBS)
