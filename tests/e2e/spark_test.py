"""The pipeline of examples/spark three times over the same six records, on a real Kafka: Spark with a UDF
that posts row by row, Spark with a batch a call, and serin-stream alone."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from support import ROOT, Kafka, temporary_folder
from stack import ports, texts
from stack.process import Process, wait_until
from stack.stack import binary

SPARK = ROOT / "examples/spark"
PYTHON = ROOT / ".data/venv-spark/bin/python"
RUN_SECONDS = 120


def missing():
    if not shutil.which("java"):
        return "no java; `tools/setup test` installs it"
    if not PYTHON.exists() or not (ROOT / ".data/spark/lib").is_dir():
        return "no PySpark or no Kafka connector; `tools/setup test` installs them"
    return ""


def table(output):
    """The rows of the console table in a job's output, cells by column name."""
    lines = [line.strip("|").split("|") for line in output.splitlines() if re.match(r"\|.*\|$", line)]
    header, *rows = [[cell.strip() for cell in line] for line in lines]
    return [dict(zip(header, row)) for row in rows]


class SparkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls.addClassCleanup)
        cls.kafka = Kafka(cls.folder / "kafka")
        cls.addClassCleanup(cls.kafka.stop)
        cls.kafka.create_topics(test=2, predictions=2, dead_letters=1)
        cls.addresses = cls.up()
        cls.notebook = cls.run_example("row_by_row.ipynb")

    @classmethod
    def up(cls):
        """tools/up beside that Kafka, as examples/README.md has it. Listener -> address."""
        log = cls.folder / "up.log"
        process = Process("up", [sys.executable, ROOT / "tools/up", "--dir", cls.folder / "up", "--free-ports",
                                 "--kafka", cls.kafka.address], log, ROOT)
        cls.addClassCleanup(process.stop)
        wait_until(lambda: "All processes are up" in log.read_text(), "start of all processes", 60, [process])
        return json.loads((cls.folder / "up/stack.json").read_text())["addresses"]

    @classmethod
    def run_example(cls, name):
        """What it prints, unchanged but for its ports."""
        done = subprocess.run([sys.executable, SPARK / "run", cls.copy(name)], capture_output=True,
                              text=True, timeout=RUN_SECONDS, cwd=cls.folder, env=dict(os.environ))
        if done.returncode != 0:
            raise AssertionError(f"{name}: {done.stdout}{done.stderr}")
        return done.stdout

    @classmethod
    def copy(cls, name):
        """The example on this test's ports, as deep in its folder as in ours: it looks for proto/."""
        numbers = {listener: int(address.rsplit(":", 1)[1]) for listener, address in cls.addresses.items()}
        actual = {port: numbers[listener] for listener, port in ports.DEFAULT_PORTS.items()}
        actual[ports.KAFKA_PORT] = numbers["kafka"]
        file = cls.folder / "examples/spark" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if not (cls.folder / "proto").exists():
            (cls.folder / "proto").symlink_to(ROOT / "proto")
        file.write_text(ports.rewrite((SPARK / name).read_text(), actual))
        return file

    def scores(self, text):
        """Version -> what the router answers when it is asked for that version."""
        answers = {}
        for version in ("v1", "v2"):
            done = subprocess.run([binary("serinctl"), "-o", "json", "predict", text, "--version", version,
                                   "--router", self.addresses["router"]], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            answers[version] = json.loads(done.stdout)
        return answers

    def test_the_notebook_runs_unchanged_against_the_gateway(self):
        self.assertRegex(self.notebook, r"we've sent 6 messages to 127\.0\.0\.1:\d+\n")
        rows = table(self.notebook)
        self.assertEqual(sorted(row["data"] for row in rows), sorted(texts.SENTENCES))
        for row in rows:
            shares = [float(row[name]) for name in ("neg", "neu", "pos")]
            self.assertAlmostEqual(sum(shares), 1, delta=0.01)
        self.assertIn("6 rows in ", self.notebook)

    def test_the_batch_job_gets_each_text_scored_by_the_version_it_names(self):
        rows = table(self.run_example("batch_job.py"))
        self.assertEqual(sorted(row["data"] for row in rows), sorted(texts.SENTENCES))
        for row in rows:
            expected = self.scores(row["data"])[row["version"]]["sentiment"]
            self.assertAlmostEqual(float(row["compound"]), expected["compound"], places=6)
            self.assertEqual(row["label"], expected["label"])

    def test_serin_alone_does_the_same_and_ends_by_itself(self):
        done = subprocess.run([binary("serin-stream"), "run", "--config", self.copy("serin.yaml")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = table(done.stdout)
        self.assertEqual(sorted(row["data"] for row in rows), sorted(texts.SENTENCES))
        for row in rows:
            expected = self.scores(row["data"])[row["model_version"]]["sentiment"]
            self.assertAlmostEqual(float(row["compound"]), expected["compound"], places=3)


if __name__ == "__main__":
    if missing():
        print(f"skipped: {missing()}")
        sys.exit(77)
    unittest.main()
