"""What servers and clients do wrong, to a router and model servers that are processes."""
import os
import random
import signal
import socket
import subprocess
import time
import unittest

from router_support import BIN, RouterCase
from support import GRPCURL, RpcFailed, grpcurl
from stack.ports import is_free
from stack.process import wait_until

PREDICT = "serin.v1.Predictor/Predict"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class ServerFaultsTest(RouterCase):
    def address(self):
        return f"127.0.0.1:{self.ports['router']}"

    def predict(self, version):
        return grpcurl(self.address(), PREDICT, {"text": "good", "model_version": version})

    def signal_server(self, name, number):
        os.kill(self.servers[name].pid, number)

    def test_a_canary_that_stands_still_delays_only_its_own(self):
        self.signal_server("c", signal.SIGSTOP)
        self.addCleanup(self.signal_server, "c", signal.SIGCONT)
        slow = subprocess.Popen(
            [GRPCURL, "-plaintext", "-d", '{"text": "good", "model_version": "v2"}', self.address(), PREDICT],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(slow.kill)
        wait_until(lambda: self.sum_of("serin_upstream_in_flight", 'version="v2"') == 1, "the slow call", 10)
        for _ in range(10):
            self.assertEqual(self.predict("v1")["model_version"], "v1")
        self.assertIsNone(slow.poll())
        self.signal_server("c", signal.SIGCONT)
        output = slow.communicate(timeout=20)[0]
        self.assertEqual(slow.returncode, 0, output)

    def test_a_canary_that_fails_every_other_call_fast_gets_no_more_than_its_weight(self):
        self.servers["c"].stop()
        fake = self.start_process("fake", [BIN / "serin-fake-predictor", self.ports["c"], 2], keep_input=True)
        wait_until(lambda: not is_free(self.ports["c"]), "the fake", 20, alive=[fake])
        wait_until(lambda: self.weights_ready(3), "the fake", 20)
        self.assertEqual(self.finish(self.load("--calls", "2000", "--in-flight", "8")), {"v1": 1800, "v2": 200})
        self.assertEqual(self.sum_of("serin_requests_total", 'version="v2"'), 400)

    def test_a_canary_that_comes_and_goes_is_invisible(self):
        # A constant rate: it ends with 1 when a call has failed.
        load = self.start_load("serin-pace", "--rate", "1000", "--seconds", "4")
        for _ in range(3):
            self.wait_for_answers(100)
            self.signal_server("c", signal.SIGKILL)
            self.servers["c"].wait(10)
            self.wait_for_answers(100)
            self.servers["c"] = self.start_server("c")
        self.assertIsNone(load.poll(), "the load must outlive all of it")
        output = load.communicate(timeout=60)[0]
        self.assertEqual(load.returncode, 0, output)

    def test_without_the_stable_version_only_its_calls_fail_and_at_once(self):
        for name in "ab":
            self.signal_server(name, signal.SIGKILL)
        wait_until(lambda: self.weights_ready(1), "the router to notice", 20)
        start = time.monotonic()
        with self.assertRaisesRegex(RpcFailed, "Unavailable"):
            self.predict("v1")
        self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(self.predict("v2")["model_version"], "v2")
        self.servers["a"] = self.start_server("a")
        wait_until(lambda: self.weights_ready(2), "a again", 20)
        self.assertEqual(self.predict("v1")["model_version"], "v1")


class ClientFaultsTest(RouterCase):
    def resident_megabytes(self):
        with open(f"/proc/{self.router.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def assert_others_are_served(self):
        self.assertEqual(self.finish(self.load("--calls", "1000")), {"v1": 800, "v2": 200})

    def test_a_client_that_is_killed_in_mid_call_leaves_nothing_behind(self):
        load = self.load("--calls", "10000000", "--in-flight", "256")
        self.wait_for_answers(1000)
        load.kill()
        load.wait(10)
        wait_until(lambda: self.sum_of("serin_connections_open") == 0, "its connections to go", 20)
        wait_until(lambda: self.sum_of("serin_upstream_in_flight") == 0, "its calls to go", 20)
        self.assertEqual(sum(self.finish(self.load("--calls", "1000")).values()), 1000)

    def test_a_client_that_stands_still_is_held_back_and_gets_everything_later(self):
        load = self.load("--mode", "stream", "--items", "200", "--calls", "2000", "--in-flight", "600")
        self.wait_for_answers(2000)
        os.kill(load.pid, signal.SIGSTOP)
        answers = self.finish(self.load("--calls", "1000"))
        self.assertEqual(sum(answers.values()), 1000)
        self.assertLess(self.resident_megabytes(), 250)
        os.kill(load.pid, signal.SIGCONT)
        self.assertEqual(load.wait(60), 0)

    def test_ten_thousand_calls_at_once_are_answered(self):
        load = self.load("--calls", "20000", "--in-flight", "10000", "--connections", "4")
        self.assertEqual(self.finish(load), {"v1": 16000, "v2": 4000})

    def test_a_deadline_that_has_passed_is_said_and_asks_no_model_server(self):
        body = self.folder / "request"
        body.write_bytes(b"\0\0\0\0\6\x0a\4good")
        command = ["curl", "--silent", "--http2-prior-knowledge", "--dump-header", "-", "--output", "/dev/null",
                   "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary", f"@{body}"]
        url = f"http://127.0.0.1:{self.ports['router']}/{PREDICT}"
        passed = subprocess.run([*command, "-H", "grpc-timeout: 0n", url], capture_output=True, text=True,
                                timeout=20, check=True)
        self.assertIn("grpc-status: 4", passed.stdout)
        self.assertEqual(self.sum_of("serin_requests_total", 'code="DEADLINE_EXCEEDED"'), 1)
        enough = subprocess.run([*command, "-H", "grpc-timeout: 9S", url], capture_output=True, text=True,
                                timeout=20, check=True)
        self.assertIn("grpc-status: 0", enough.stdout)

    def test_garbage_and_a_message_over_4_mib_harm_nobody(self):
        noise = random.Random(1).randbytes(100_000)
        for bytes_sent in (noise, PREFACE + noise, b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01" + noise):
            with socket.create_connection(("127.0.0.1", self.ports["router"]), timeout=10) as connection:
                try:
                    connection.sendall(bytes_sent)
                    while connection.recv(65536):
                        pass
                except ConnectionError:
                    pass
        with self.assertRaisesRegex(RpcFailed, "ResourceExhausted"):
            grpcurl(f"127.0.0.1:{self.ports['router']}", PREDICT, {"text": "x" * (5 << 20)})
        self.assert_others_are_served()


if __name__ == "__main__":
    unittest.main()
