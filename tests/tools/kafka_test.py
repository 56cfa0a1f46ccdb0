"""tools/kafka with the real broker."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from stack.process import wait_until  # noqa: E402


class KafkaTest(unittest.TestCase):
    def test_a_node_ends_with_the_process_that_wanted_it_however_that_ends(self):
        with tempfile.TemporaryDirectory() as folder:
            def kafka(*words):
                return subprocess.run([ROOT / "tools/kafka", *words, "--dir", folder], capture_output=True,
                                      text=True, check=False, timeout=90)

            owner = subprocess.Popen(["sleep", "300"])
            self.addCleanup(owner.wait)
            self.addCleanup(owner.kill)
            self.addCleanup(kafka, "stop")
            started = kafka("start", "--port", "0", "--with", str(owner.pid))
            self.assertEqual(started.returncode, 0, started.stderr)
            self.assertEqual(kafka("status").stdout, started.stdout)
            owner.kill()
            owner.wait()
            wait_until(lambda: kafka("status").returncode == 1, "the end of the node", 30)


if __name__ == "__main__":
    unittest.main()
