"""What the rows of the stream benchmark run on: a real broker, the stack, and the two programs measured."""
import dataclasses
import json
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "e2e"), str(ROOT / "tools"), str(ROOT / "benchmarks" / "router")]

from cpu import cpu_seconds  # noqa: E402
from stack import texts  # noqa: E402
from stack.stack import Stack, binary  # noqa: E402
from support import Kafka  # noqa: E402

PARTITIONS = 4


@dataclasses.dataclass
class Run:
    """One run over a topic. `cpu`: microseconds a record of each process; `stolen`: the share of the time
    in which the two cores were given to other virtual machines."""
    rate: float
    cpu: dict
    cores: float
    stolen: float
    peak_mb: float = 0


class Rig:
    """Use as a context manager."""

    def __init__(self, folder, records):
        self.folder = pathlib.Path(folder)
        self.records = records
        self._runs = 0

    def __enter__(self):
        self.kafka = Kafka(self.folder)
        try:
            self.kafka.create_topics(test=PARTITIONS, small=PARTITIONS, predictions=PARTITIONS, bare=PARTITIONS,
                                     dead_letters=1)
            self.fill("test", self.records)
            self._produce("small", "".join(f"k{i}\tgood {i}\n" for i in range(10000)))
            self._stack = Stack(self.folder / "stack", kafka=self.kafka.address, any_free=True)
            self._stack.__enter__()
        except BaseException:
            self.kafka.stop()
            raise
        subprocess.run([binary("serinctl"), "--address", self._stack.address("router CanaryAdmin"),
                        "weights", "v1=1", "v2=0"], check=True, capture_output=True)
        self.router = self._stack.address("router")
        self._pids = {process.name: process.pid for process in self._stack.processes}
        self._pids["broker"] = int((self.folder / "kafka.pid").read_text().split()[0])
        return self

    def __exit__(self, *_):
        self._stack.stop()
        self.kafka.stop()

    def fill(self, topic, records):
        rows = [f"{row.key}\t{row.text}" for row in texts.rated_texts()]
        self._produce(topic, "\n".join(rows[i % len(rows)] for i in range(records)) + "\n")

    def _produce(self, topic, lines):
        subprocess.run([binary("serin-stream"), "produce", "-b", self.kafka.address, "-t", topic,
                        "--format", "key-text"], input=lines.encode(), check=True, capture_output=True)

    def bare(self, *transaction_size):
        return self._measure([binary("serin-bare-loop"), self.kafka.address, "test", "bare",
                              *map(str, transaction_size)],
                             lambda output: json.loads(output))

    def stream(self, router, **options):
        """An available-now run of a group without offsets."""
        config = self.config(router, **options)
        summary = config.with_suffix(".json")
        return self._measure([binary("serin-stream"), "run", "--config", config, "--summary", summary],
                             lambda _: json.loads(summary.read_text()))

    def config(self, router, topic="test", delivery="at-least-once", **more):
        self._runs += 1
        file = self.folder / f"stream-{self._runs}.yaml"
        value = {"kafka": {"bootstrap_servers": self.kafka.address},
                 "source": {"topic": topic, "group_id": f"bench-{self._runs}"},
                 "router": {"address": router}, "delivery": {"mode": delivery, "instance": "bench"},
                 "sink": {"results_topic": "predictions", "dead_letter_topic": "dead-letters",
                          "console": {"enabled": False}},
                 "trigger": {"mode": "available-now"}, "admin_listen": "127.0.0.1:0"} | more
        file.write_text(json.dumps(value))
        return file

    def _measure(self, command, read):
        before, stolen, start = self._cpu(), steal_seconds(), time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        peak = own = 0
        while process.poll() is None:
            peak, own = max(peak, resident_mb(process.pid)), max(own, _cpu_of(process.pid))
            time.sleep(0.02)
        took, after = time.monotonic() - start, self._cpu()
        assert process.returncode == 0, command
        done = read(process.stdout.read())
        process.stdout.close()
        records = done.get("records_out", done.get("records"))
        cpu = {"program": own} | {name: after[name] - before[name] for name in before}
        return Run(rate=records / done["seconds"], peak_mb=peak, cores=sum(cpu.values()) / took,
                   stolen=(steal_seconds() - stolen) / took / 2,
                   cpu={name: 1e6 * seconds / records for name, seconds in cpu.items()})

    def pids(self):
        """Of the broker and the stack."""
        return list(self._pids.values())

    def _cpu(self):
        return {name: cpu_seconds(pid) for name, pid in self._pids.items()}


def _cpu_of(pid):
    try:
        return cpu_seconds(pid)
    except (OSError, IndexError):
        return 0


def steal_seconds():
    return int(pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / 100


def resident_mb(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = [line for line in text.splitlines() if line.startswith("VmRSS")]
    return int(found[0].split()[1]) / 1024 if found else 0
