"""The router in front of real model servers that are drained and killed while callers ask."""
import os
import signal
import unittest

from router_support import RouterCase
from stack.process import wait_until


class RouterFailureTest(RouterCase):
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
        self.assertGreater(self.sum_of("serin_fallback_total", 'from="v2"'), 0, "it counts against the canary")
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
