"""docs/configuration.md and docs/metrics.md say what the schemas and the code say."""
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check(root):
    done = subprocess.run([root / "tools/docs", "--check"], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class DocsTest(unittest.TestCase):
    def test_the_reference_pages_are_up_to_date(self):
        self.assertEqual(check(ROOT), (0, ""))

    def test_a_changed_default_and_a_changed_metric_are_found(self):
        copy = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, copy)
        for folder in ("docs", "proto", "router", "model-server", "stream-client", "common"):
            shutil.copytree(ROOT / folder, copy / folder)
        (copy / "tools").mkdir()
        shutil.copy(ROOT / "tools/docs", copy / "tools/docs")
        self.assertEqual(check(copy), (0, ""))
        self.change(copy / "proto/serin/v1/config/router.proto", '"127.0.0.1:9000"', '"127.0.0.1:9009"')
        self.assertEqual(check(copy)[0], 1)
        self.assertIn("docs/configuration.md", check(copy)[1])
        self.change(copy / "router/telemetry/router_metrics.cc", '"serin_route_weight"', '"serin_weight"')
        self.assertIn("docs/metrics.md", check(copy)[1])

    def change(self, file, old, new):
        text = file.read_text()
        self.assertIn(old, text)
        file.write_text(text.replace(old, new))


if __name__ == "__main__":
    unittest.main()
