"""serin-mock-kafka as a process that other processes use."""
import os
import pathlib
import signal
import subprocess
import unittest

BINARY = pathlib.Path(os.environ["SERIN_BIN"]) / "serin-mock-kafka"


class MockKafkaProcessTest(unittest.TestCase):
    def start(self, *arguments, stdin=subprocess.PIPE):
        process = subprocess.Popen([BINARY, *arguments], stdin=stdin, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        if process.stdin:
            self.addCleanup(process.stdin.close)
        word, address = process.stdout.readline().split()
        self.assertEqual(word, "bootstrap")
        return process, address

    def kcat(self, address, *arguments, text=None):
        return subprocess.run(["kcat", "-q", "-b", address, *arguments], input=text, text=True,
                              capture_output=True, timeout=30, check=True).stdout

    def test_records_of_one_process_are_read_by_another(self):
        _, address = self.start("--topic", "test:4")
        self.kcat(address, "-P", "-t", "test", "-p", "2", "-K", ":", text="a:one\nb:two\n")
        read = self.kcat(address, "-C", "-t", "test", "-e", "-f", "%p %k %s\n")
        self.assertEqual(read, "2 a one\n2 b two\n")

    def test_every_command_is_answered_and_quit_ends_it(self):
        process, _ = self.start()
        for line, answer in (("rtt 1 5", "ok"), ("fly", "error: expected error, rtt, down"),
                             ("down 7", "error: expected a broker from 1 to 1"), ("quit", "ok")):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            self.assertTrue(process.stdout.readline().startswith(answer), line)
        self.assertEqual(process.wait(timeout=10), 0)

    def test_with_closed_input_it_serves_until_a_signal(self):
        process, address = self.start("--topic", "test:1", stdin=subprocess.DEVNULL)
        self.kcat(address, "-P", "-t", "test", text="still here\n")
        self.assertEqual(self.kcat(address, "-C", "-t", "test", "-e"), "still here\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=10), 0)

    def test_several_brokers_are_all_named(self):
        _, address = self.start("--brokers", "3")
        self.assertEqual(len(address.split(",")), 3)

    def test_a_wrong_topic_is_refused(self):
        done = subprocess.run([BINARY, "--topic", "test"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 64)
        self.assertIn("expected NAME:PARTITIONS, got 'test'", done.stderr)


if __name__ == "__main__":
    unittest.main()
