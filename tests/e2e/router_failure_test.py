"""The router in front of real model servers that are drained and killed while callers ask."""
import os
import pathlib
import re
import signal
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


class RouterFailureTest(unittest.TestCase):
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
        router = self.start("router", "serin-router", config)
        wait_until(lambda: self.weights_ready(3), "the router", 20, alive=[router])

    def start(self, name, binary, config):
        process = Process(name, [BIN / binary, "--config", config], self.folder / f"{name}.log", ROOT)
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

    def weights_ready(self, endpoints):
        return len(re.findall(r'serin_upstream_ready\{[^}]*\} 1\n', self.metrics())) == endpoints

    def load(self, *arguments):
        """serin-load in the background; it exits with 0 only when no call failed."""
        process = subprocess.Popen(
            [BIN / "serin-load", "--target", f"127.0.0.1:{self.ports['router']}", *arguments],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        return process

    def finish(self, load):
        output = load.communicate(timeout=120)[0]
        self.assertEqual(load.returncode, 0, output)
        return {version: int(count) for version, count in re.findall(r"(v\d): (\d+)", output)}

    def answered(self):
        return sum(int(float(n)) for n in re.findall(r"serin_requests_total\{[^}]*\} (\S+)", self.metrics()))

    def wait_for_answers(self, count):
        goal = self.answered() + count
        wait_until(lambda: self.answered() >= goal, f"{count} answers", 60)

    def test_draining_one_of_two_endpoints_under_load_is_invisible(self):
        load = self.load("--calls", "40000", "--in-flight", "64")
        self.wait_for_answers(2000)
        self.servers["b"].ask_to_stop()
        self.assertEqual(self.servers["b"].wait(20), 0)
        self.assertIsNone(load.poll(), "the load must outlive the drain")
        self.assertEqual(self.finish(load), {"v1": 32000, "v2": 8000})

    def test_killing_the_canary_under_load_is_invisible_and_it_comes_back(self):
        load = self.load("--calls", "20000", "--in-flight", "64")
        self.wait_for_answers(2000)
        os.kill(self.servers["c"].pid, signal.SIGKILL)
        self.wait_for_answers(2000)
        self.assertIsNone(load.poll(), "the load must outlive the canary")
        answers = self.finish(load)
        self.assertGreater(answers["v1"], 16000)
        self.assertEqual(sum(answers.values()), 20000)
        self.servers["c"] = self.start_server("c")
        wait_until(lambda: self.weights_ready(3), "the canary", 20)
        self.assertEqual(self.finish(self.load("--calls", "1000")), {"v1": 800, "v2": 200})

    def test_100000_keyless_calls_from_8_connections_split_exactly(self):
        load = self.load("--calls", "100000", "--in-flight", "256", "--connections", "8")
        self.assertEqual(self.finish(load), {"v1": 80000, "v2": 20000})

    def test_a_killed_endpoint_of_two_is_invisible(self):
        load = self.load("--calls", "20000", "--in-flight", "64")
        self.wait_for_answers(2000)
        os.kill(self.servers["a"].pid, signal.SIGKILL)
        self.assertEqual(self.finish(load), {"v1": 16000, "v2": 4000})


if __name__ == "__main__":
    unittest.main()
