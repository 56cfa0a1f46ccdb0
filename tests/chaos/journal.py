"""What happened, as lines of JSON, one file a writer. Times are those of CLOCK_MONOTONIC, which all
processes of a machine share.

events.jsonl    {t, what, who, …}           what was done to processes and links (chaos controller)
calls.jsonl     one list an attempt, see CALL below (load)
changes.jsonl   {t0, t1, router, reason, weights, expected, force, code, revision, message} (load)
"""
import collections
import json
import time

# One attempt at one prediction.
#   call, item   which prediction; a call that failed is tried again under the same names
#   t0, t1       sent and answered
#   group        solo | pair
#   router       who was asked
#   pinned, key  what was asked; empty: nothing
#   text         number of the text
#   code         gRPC status code's name
#   version, revision, assignment, compound   the answer, of code OK
#   message      the error, of any other code
CALL = ("call", "item", "t0", "t1", "group", "router", "pinned", "key", "text", "code", "version",
        "revision", "assignment", "compound", "message")
Call = collections.namedtuple("Call", CALL)


class Journal:
    """Appends lines; what is written survives the end of the process."""

    def __init__(self, path):
        self._file = open(path, "a", encoding="utf-8", buffering=1 << 16)

    def event(self, what, who, **more):
        self.line({"t": time.monotonic(), "what": what, "who": who, **more})
        self.flush()

    def line(self, value):
        self._file.write(json.dumps(value, separators=(",", ":")) + "\n")

    def flush(self):
        self._file.flush()


def read(path):
    with open(path, encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
