"""The server processes of the comparison, and the load on them."""
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from stack import ports, stack  # noqa: E402
from stack.process import Process, wait_until  # noqa: E402

BIN = ROOT / "build/release/bin"
TEXTS = ["--texts", ROOT / ".data/texts/rated_texts.tsv", "--column", "3"]
TICK = 1 / os.sysconf("SC_CLK_TCK")
REPORT = re.compile(r"calls (\d+) in ([\d.]+) s: (\d+) calls/s, (\d+) items/s, p50 (\d+) us, p99 (\d+) us")


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * TICK


def load(port, pid, *options):
    """Runs serin-load at the port; returns rate, p50, p99 and the CPU microseconds of the process an item."""
    before = cpu_seconds(pid)
    done = subprocess.run([BIN / "serin-load", "--target", f"127.0.0.1:{port}", *map(str, options), *TEXTS],
                          capture_output=True, text=True, check=True)
    calls, _, rate, items, p50, p99 = map(float, REPORT.search(done.stdout).groups())
    per_call = items / rate if rate else 1
    return {"calls_per_second": rate, "items_per_second": items, "p50_us": p50, "p99_us": p99,
            "cpu_us_per_item": (cpu_seconds(pid) - before) * 1e6 / (calls * max(per_call, 1))}


class Server:
    """A server process: serin-model-server, or the empty one when `config` is None."""

    def __init__(self, folder, name, config=None, cpu=None):
        pin = ["taskset", "-c", str(cpu)] if cpu is not None else []
        self.port, self.admin = ports.free_port(()), ports.free_port(())
        log = folder / f"{name}.log"
        started = time.monotonic()
        if config is None:
            self.process = Process(name, [*pin, BIN / "serin-bench-echo"], log, ROOT)
            wait_until(lambda: "listening on" in log.read_text(), name, 10, [self.process])
            self.port = int(log.read_text().strip().rsplit(":", 1)[1])
        else:
            file = folder / f"{name}.yaml"
            file.write_text(f"listen: 127.0.0.1:{self.port}\nadmin_listen: 127.0.0.1:{self.admin}\n{config}")
            self.process = Process(name, [*pin, BIN / "serin-model-server", "--config", file], log, ROOT)
            wait_until(lambda: stack.http_status(self.admin, "/readyz") == 200, name, 30, [self.process])
        self.ready_seconds = time.monotonic() - started

    def rss_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def load(self, *options):
        return load(self.port, self.process.pid, *options)
