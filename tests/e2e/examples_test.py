"""The examples do what their pages say, unchanged but for the ports."""
import json
import os
import subprocess
import unittest

from support import GRPCURL, ROOT, temporary_folder
from stack import ports, texts
from stack.stack import Stack

PYTHON = ROOT / ".data/venv-deploy/bin/python"


class ExamplesTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.stack = self.enterContext(Stack(self.folder, any_free=True))

    def run_example(self, name, interpreter):
        """Its output for the tutorial's sentences, a list of lines."""
        actual = {ports.DEFAULT_PORTS[listener]: port for listener, port in self.stack.ports.items()}
        copy = self.folder / name
        copy.write_text(ports.rewrite((ROOT / "examples" / name).read_text(), actual))
        path = os.pathsep.join([str(GRPCURL.parent), os.environ["PATH"]])
        done = subprocess.run([interpreter, copy], input="\n".join(texts.SENTENCES) + "\n", text=True,
                              capture_output=True, timeout=60, env=dict(os.environ, PATH=path))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_the_client_of_the_flask_era_gets_the_answers_it_knows(self):
        if not PYTHON.exists():
            self.skipTest("no Python environment with requests; `tools/setup test` installs it")
        answers = [json.loads(line) for line in self.run_example("flask_era_client.py", PYTHON)]
        self.assertEqual(len(answers), len(texts.SENTENCES))
        for answer in answers:
            self.assertEqual(set(answer), {"compound", "neg", "neu", "pos"})
            self.assertAlmostEqual(answer["neg"] + answer["neu"] + answer["pos"], 1, delta=0.01)
        self.assertGreater(answers[0]["compound"], 0.05)

    def test_a_batch_is_answered_line_by_line(self):
        rows = [line.split("\t") for line in self.run_example("batch.sh", "bash")]
        self.assertEqual(len(rows), len(texts.SENTENCES))
        self.assertLessEqual({row[0] for row in rows}, {"v1", "v2"})
        self.assertEqual({"POSITIVE"}, {rows[0][1], rows[1][1]})


if __name__ == "__main__":
    unittest.main()
