"""A router in front of three real model servers, and what is done to them while callers ask."""
import os
import pathlib
import re
import subprocess
import unittest
import urllib.request

from support import ROOT, temporary_folder
from stack.ports import free_port, is_free
from stack.process import Process, wait_until

BIN = pathlib.Path(os.environ["SERIN_BIN"])

MODEL_SERVER = """
listen: 127.0.0.1:{port}
admin_listen: 127.0.0.1:0
repository: {{path: {root}/.data/repository, models: [{{name: sentiment, versions: [v1]}}]}}
drain_delay: 0.2s
"""

ROUTER = """
listen: 127.0.0.1:{port}
admin_grpc_listen: 127.0.0.1:0
http_listen: 127.0.0.1:0
admin_listen: 127.0.0.1:{admin}
routes:
  - name: sentiment
    stable_version: v1
    versions:
      - {{name: v1, weight: 80, endpoints: [{v1}]}}
      - {{name: v2, weight: 20, endpoints: [{v2}]}}
revision_log: {{path: {folder}/revisions.log}}
"""


class RouterCase(unittest.TestCase):
    """Model servers a and b are version v1, c is v2; all compute VADER."""

    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.ports = {}
        for name in ("a", "b", "c", "router", "admin"):
            self.ports[name] = free_port(self.ports.values())
        self.servers = {name: self.start_server(name) for name in "abc"}
        config = self.folder / "router.yaml"
        config.write_text(ROUTER.format(
            port=self.ports["router"], admin=self.ports["admin"], folder=self.folder,
            v1=f"\"127.0.0.1:{self.ports['a']}\", \"127.0.0.1:{self.ports['b']}\"",
            v2=f"\"127.0.0.1:{self.ports['c']}\""))
        self.router = self.start("router", "serin-router", config)
        wait_until(lambda: self.weights_ready(3), "the router", 20, alive=[self.router])

    def start(self, name, binary, config):
        return self.start_process(name, [BIN / binary, "--config", config])

    def start_process(self, name, command, **options):
        process = Process(name, command, self.folder / f"{name}.log", ROOT, **options)
        self.addCleanup(process.stop)
        return process

    def start_server(self, name):
        config = self.folder / f"{name}.yaml"
        config.write_text(MODEL_SERVER.format(port=self.ports[name], root=ROOT))
        process = self.start(name, "serin-model-server", config)
        wait_until(lambda: not is_free(self.ports[name]), name, 20, alive=[process])
        return process

    def metrics(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['admin']}/metrics", timeout=5) as answer:
                return answer.read().decode()
        except OSError:
            return ""

    def sum_of(self, metric, *labels):
        """Of all series of a metric that have these labels, as name="value"."""
        lines = re.findall(rf"^{metric}(\{{[^}}]*\}})? (\S+)$", self.metrics(), re.M)
        return sum(int(float(n)) for found, n in lines if all(label in found for label in labels))

    def weights_ready(self, endpoints):
        return self.sum_of("serin_upstream_ready") == endpoints

    def load(self, *arguments):
        """serin-load in the background; it exits with 0 only when no call failed."""
        return self.start_load("serin-load", *arguments)

    def start_load(self, binary, *arguments):
        process = subprocess.Popen([BIN / binary, "--target", f"127.0.0.1:{self.ports['router']}", *arguments],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def finish(self, load):
        output = load.communicate(timeout=120)[0]
        self.assertEqual(load.returncode, 0, output)
        return {version: int(count) for version, count in re.findall(r"(v\d): (\d+)", output)}

    def answered(self):
        return self.sum_of("serin_requests_total")

    def wait_for_answers(self, count):
        goal = self.answered() + count
        wait_until(lambda: self.answered() >= goal, f"{count} answers", 60)
