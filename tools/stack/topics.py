"""Reads whole topics, through kcat."""
import dataclasses
import json
import re
import subprocess

from stack.process import ProcessFailed


@dataclasses.dataclass(frozen=True)
class Record:
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: dict

    def json(self):
        return json.loads(self.value)


# Sizes stand before what they measure, so that any bytes can be read back. -1: null.
_FORMAT = "%p %o %T %K %S %h\n%k%s\n"


# Between two headers; a comma inside a value is followed by a space or by no name.
_NEXT_HEADER = re.compile(r",(?=[A-Za-z][A-Za-z0-9_-]*=)")


def _headers(text):
    """kcat writes name=value,name=value."""
    return dict(part.split("=", 1) for part in _NEXT_HEADER.split(text)) if text else {}


def parse(output):
    """The records in kcat's output."""
    records, at = [], 0
    while at < len(output):
        end = output.index(b"\n", at)
        fields = output[at:end].decode(errors="replace").split(" ", 5)
        partition, offset, timestamp, key_size, value_size = map(int, fields[:5])
        at = end + 1
        key = output[at:at + key_size] if key_size >= 0 else None
        at += max(key_size, 0)
        value = output[at:at + value_size] if value_size >= 0 else None
        at += max(value_size, 0) + 1
        records.append(Record(partition, offset, timestamp, key, value, _headers(fields[5])))
    return records


def read_topic(bootstrap, topic):
    """All records of a topic, by partition and offset."""
    command = ["kcat", "-q", "-b", bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-f", _FORMAT,
               "-X", "isolation.level=read_committed", "-X", "fetch.wait.max.ms=5"]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    if done.returncode != 0:
        raise ProcessFailed(f"kcat could not read {topic}: {done.stderr.decode(errors='replace')}")
    return sorted(parse(done.stdout), key=lambda record: (record.partition, record.offset))
