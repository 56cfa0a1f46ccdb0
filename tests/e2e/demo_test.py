"""make demo does what it says, and its figures are right."""
import json
import subprocess
import time
import unittest

from support import ROOT, is_running, temporary_folder


class DemoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls.addClassCleanup)
        start = time.monotonic()
        done = subprocess.run([ROOT / "tools/demo", "--dir", cls.folder], capture_output=True, text=True,
                              timeout=200)
        cls.seconds = time.monotonic() - start
        cls.output = done.stdout + done.stderr
        print(cls.output)
        assert done.returncode == 0, done.returncode
        cls.summary = json.loads((cls.folder / "summary.json").read_text())

    def test_every_record_is_a_result_or_a_dead_letter(self):
        summary = self.summary
        self.assertEqual(summary["records_in"], summary["records_out"] + summary["dead_lettered"])
        self.assertGreater(summary["records_in"], 23703 + 2000)
        self.assertGreater(summary["dead_lettered"], 0)

    def test_the_split_is_80_to_20_and_the_second_model_is_better(self):
        v1, v2 = (self.summary["by_version"][version] for version in ("v1", "v2"))
        self.assertAlmostEqual(v2["share"], 0.2, delta=0.02)
        self.assertAlmostEqual(v1["share"], 0.8, delta=0.02)
        self.assertGreater(v2["accuracy"], v1["accuracy"])
        self.assertGreater(v2["unseen_accuracy"], v1["unseen_accuracy"])

    def test_the_split_after_the_change_is_half_and_half(self):
        after = self.summary["after_reweight"]
        self.assertEqual(sum(row["items"] for row in after.values()), 2000)
        # Keys decide, so the share is binomial: 0.05 is more than four standard deviations.
        self.assertAlmostEqual(after["v2"]["share"], 0.5, delta=0.05)

    def test_it_speaks_as_the_tutorial_does(self):
        self.assertRegex(self.output, r"we've sent 6 messages to 127\.0\.0\.1:\d+")
        self.assertRegex(self.output, r"\|\s*key\|\s*data\|")
        self.assertIn("Batch: 0", self.output)

    def test_it_is_quick_and_leaves_no_process(self):
        pids = json.loads((self.folder / "stack.json").read_text())["pids"]
        self.assertEqual([name for name, pid in pids.items() if is_running(pid)], [])
        # 20 s is what is promised on two cores of its own; a loaded machine may take twice as long.
        self.assertLess(self.seconds, 40)


if __name__ == "__main__":
    unittest.main()
