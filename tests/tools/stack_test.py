"""tools/up and what it is made of, with stand-ins for the services and the real mock Kafka."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from stack import ports  # noqa: E402
from stack.process import Process, ProcessFailed, wait_until  # noqa: E402

SERVICES = ["serin-model-server", "serin-router", "serin-stream"]


def is_running(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


def wait_for(condition, what, seconds=20):
    wait_until(condition, what, seconds)


class TemporaryFolderTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)


class UpTest(TemporaryFolderTest):
    def setUp(self):
        super().setUp()
        (self.folder / "bin").mkdir()
        (self.folder / "config").mkdir()
        for service in SERVICES:
            (self.folder / "bin" / service).symlink_to(HERE / "fake_services/fake_service")
        status = self.folder / "bin/serinctl"
        status.write_text("#!/bin/sh\necho '127.0.0.1:1 (ready)'\n")
        status.chmod(0o755)
        mock_kafka = pathlib.Path(os.environ["SERIN_BIN"], "serin-mock-kafka").resolve()
        (self.folder / "bin/serin-mock-kafka").symlink_to(mock_kafka)

    def start(self, *arguments):
        environment = dict(os.environ, SERIN_BIN=str(self.folder / "bin"))
        up = subprocess.Popen([ROOT / "tools/up", "--dir", self.folder, *arguments], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(up.stdout.close)
        self.addCleanup(up.wait)
        self.addCleanup(up.kill)
        return up

    def start_and_wait(self, *arguments):
        up = self.start(*arguments)
        wait_for((self.folder / "stack.json").exists, "start of all processes")
        self.stack = json.loads((self.folder / "stack.json").read_text())
        wait_for(lambda: "stream" in json.loads((self.folder / "stack.json").read_text())["pids"],
                 "start of the stream client")
        self.stack = json.loads((self.folder / "stack.json").read_text())
        return up

    def assert_all_gone(self, code, up):
        self.assertEqual(up.wait(timeout=20), code)
        wait_for(lambda: not any(map(is_running, self.stack["pids"].values())), "end of all processes")

    def test_a_signal_takes_everything_down(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                (self.folder / "stack.json").unlink(missing_ok=True)
                up = self.start_and_wait("--free-ports")
                self.assertEqual(len(self.stack["pids"]), 5)
                self.assertTrue(all(map(is_running, self.stack["pids"].values())))
                up.send_signal(number)
                self.assert_all_gone(0, up)
                self.assertIn("everything is down", up.stdout.read())

    def test_even_a_killed_parent_leaves_no_process(self):
        up = self.start_and_wait("--free-ports")
        up.kill()
        self.assert_all_gone(-signal.SIGKILL, up)

    def test_when_one_process_ends_it_is_named_and_all_others_are_taken_down(self):
        up = self.start_and_wait("--free-ports")
        os.kill(self.stack["pids"]["model-server-v2"], signal.SIGKILL)
        self.assert_all_gone(1, up)
        self.assertIn("model-server-v2 ended with signal SIGKILL", up.stdout.read())

    def test_a_process_that_ends_during_the_start_is_shown_with_its_last_words(self):
        (self.folder / "config/router.ends").touch()
        up = self.start("--free-ports")
        self.assertEqual(up.wait(timeout=20), 1)
        output = up.stdout.read()
        self.assertIn("router ended with exit code 3", output)
        self.assertIn("I end here", output)

    def test_a_busy_port_is_replaced_and_said(self):
        with socket.socket() as busy:
            try:
                busy.bind(("127.0.0.1", ports.DEFAULT_PORTS["router HTTP"]))
            except OSError:
                pass  # busy already, which is as good
            else:
                busy.listen(1)
            up = self.start_and_wait()
            chosen = int(self.stack["addresses"]["router HTTP"].rsplit(":", 1)[1])
            up.terminate()
            self.assert_all_gone(0, up)
            output = up.stdout.read()
        self.assertNotEqual(chosen, ports.DEFAULT_PORTS["router HTTP"])
        self.assertIn(f"port 9000 is busy: router HTTP takes {chosen}", output)
        self.assertIn(f"http://127.0.0.1:{chosen}/predict", output)
        config = (self.folder / "config/router.yaml").read_text()
        self.assertIn(f"http_listen: 127.0.0.1:{chosen}", config)

    def test_the_lines_to_try_name_the_ports_in_use(self):
        up = self.start_and_wait("--free-ports")
        up.terminate()
        self.assert_all_gone(0, up)
        output = up.stdout.read()
        for listener in ("router", "router CanaryAdmin", "router HTTP", "kafka"):
            self.assertIn(self.stack["addresses"][listener], output)


class ProcessTest(TemporaryFolderTest):
    def start(self, *command):
        process = Process("it", command, self.folder / "it.log", self.folder)
        self.addCleanup(process.stop)
        return process

    def test_a_process_that_ignores_sigterm_is_killed(self):
        process = self.start("bash", "-c", "trap '' TERM; echo set; while :; do sleep 0.1; done")
        wait_for(lambda: "set" in process.last_words(), "the trap")
        import stack.process
        stack.process.STOP_SECONDS, kept = 0.2, stack.process.STOP_SECONDS
        try:
            self.assertEqual(process.stop(), -signal.SIGKILL)
        finally:
            stack.process.STOP_SECONDS = kept

    def test_waiting_ends_when_a_process_dies(self):
        process = self.start("bash", "-c", "echo out of memory >&2; exit 7")
        with self.assertRaisesRegex(ProcessFailed, "(?s)it ended with exit code 7.*out of memory"):
            wait_until(lambda: False, "the impossible", 20, [process])

    def test_waiting_ends_after_its_time(self):
        start = time.monotonic()
        with self.assertRaisesRegex(ProcessFailed, "the impossible took longer than 0.1 s"):
            wait_until(lambda: False, "the impossible", 0.1)
        self.assertLess(time.monotonic() - start, 5)


class PortsTest(unittest.TestCase):
    def test_only_the_ports_of_known_listeners_are_rewritten(self):
        text = "listen: 127.0.0.1:50050\nother: 127.0.0.1:5005\nlast: [127.0.0.1:50051]\n"
        self.assertEqual(ports.rewrite(text, {50050: 1, 50051: 2}),
                         "listen: 127.0.0.1:1\nother: 127.0.0.1:5005\nlast: [127.0.0.1:2]\n")

    def test_free_ports_are_all_different_and_none_is_a_default(self):
        chosen, replaced = ports.choose(any_free=True)
        self.assertEqual(len(set(chosen.values())), len(ports.DEFAULT_PORTS))
        self.assertFalse(set(chosen.values()) & set(ports.DEFAULT_PORTS.values()))
        self.assertEqual(replaced, [])

    def test_a_port_that_was_given_to_one_process_goes_to_no_other_until_that_one_ends(self):
        ask = "import sys; from stack import ports; print(ports._claim(int(sys.argv[1])))"

        def another_process_gets(port):
            return subprocess.run([sys.executable, "-c", ask, str(port)], cwd=ROOT / "tools", check=True,
                                  capture_output=True, text=True).stdout.strip()

        port = ports.free_port(())
        self.assertEqual(another_process_gets(port), "False")
        hold = subprocess.Popen([sys.executable, "-c", ask + "; sys.stdout.flush(); input()", "1"],
                                cwd=ROOT / "tools", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(hold.stdout.readline().strip(), "True")
        self.assertEqual(another_process_gets(1), "False")
        hold.communicate("\n")
        self.assertEqual(another_process_gets(1), "True")

    def test_every_port_of_the_configs_is_a_known_listener(self):
        known = set(ports.DEFAULT_PORTS.values()) | {ports.KAFKA_PORT}
        for file in (ROOT / "deploy/local").glob("*.yaml"):
            for port in ports._ADDRESS.findall(file.read_text()):
                self.assertIn(int(port), known, file.name)


if __name__ == "__main__":
    unittest.main()
