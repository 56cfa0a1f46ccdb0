"""The real processes of make up go away together, whatever ends first.

tests/tools/stack_test.py has the finer cases, with stand-ins for the services.
"""
import json
import os
import signal
import subprocess
import unittest

from support import ROOT, grpcurl, is_running, temporary_folder
from stack.process import wait_until


class UpTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.up = subprocess.Popen([ROOT / "tools/up", "--dir", self.folder, "--free-ports"],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(self.up.stdout.close)
        self.addCleanup(self.up.wait)
        self.addCleanup(self.up.kill)
        wait_until(lambda: self.up.poll() is not None or len(self.stack()["pids"]) == 5,
                   "start of all processes", 40)
        self.assertIsNone(self.up.poll(), "tools/up ended during the start")
        self.assertTrue(all(map(is_running, self.stack()["pids"].values())))

    def stack(self):
        try:
            return json.loads((self.folder / "stack.json").read_text())
        except FileNotFoundError:
            return {"pids": {}}

    def assert_all_gone(self, code):
        self.assertEqual(self.up.wait(timeout=40), code)
        pids = self.stack()["pids"].values()
        wait_until(lambda: not any(map(is_running, pids)), "end of all processes", 20)

    def test_sigterm_takes_everything_down(self):
        answer = grpcurl(self.stack()["addresses"]["router"], "serin.v1.Predictor/Predict",
                         {"text": "VADER is smart, handsome, and funny!"})
        self.assertIn(answer["model_version"], ("v1", "v2"))
        self.up.terminate()
        self.assert_all_gone(0)

    def test_a_killed_router_takes_everything_down_and_is_named(self):
        os.kill(self.stack()["pids"]["router"], signal.SIGKILL)
        self.assert_all_gone(1)
        self.assertIn("router ended with signal SIGKILL", self.up.stdout.read())

    def test_a_killed_parent_leaves_no_process(self):
        self.up.kill()
        self.assert_all_gone(-signal.SIGKILL)


if __name__ == "__main__":
    unittest.main()
