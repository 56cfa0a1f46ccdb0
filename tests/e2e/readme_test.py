"""Every command of README.md works as it stands there.

A ```console block holds commands after "$ " and the answer below each; "…" stands for any text. The
comment in the line above a block says how it is checked: `<!-- run: up -->` while make up runs (with
the programs and ports of this test), `<!-- run: make -->` by other means (make targets, tested as such).
"""
import os
import re
import subprocess
import unittest

from support import GRPCURL, ROOT, temporary_folder
from stack import ports
from stack.stack import Stack, binary

BLOCK = re.compile(r"(?:^<!-- run: (\w+) -->\n)?^```(console|bash|sh|shell)\n(.*?)^```", re.M | re.S)


def blocks():
    return BLOCK.findall((ROOT / "README.md").read_text())


def commands(block):
    """(command, expected answer) of a console block; a command may go on after a backslash."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        lines = part.splitlines(keepends=True)
        size = next(n for n, line in enumerate(lines, 1) if not line.endswith("\\\n"))
        yield "".join(lines[:size]), "".join(lines[size:])


def as_pattern(expected):
    """The answer as a pattern: white space of any length, … for anything."""
    words = [".*?".join(map(re.escape, word.split("…"))) for word in expected.split()]
    return r"\s*".join(words)


class ReadmeTest(unittest.TestCase):
    def test_every_block_says_how_it_is_checked(self):
        self.assertGreater(len(blocks()), 2)
        for how, language, text in blocks():
            self.assertIn(how, ("up", "make"), text)
            self.assertEqual(language, "console", text)

    def test_every_make_target_that_is_named_exists(self):
        makefile = (ROOT / "Makefile").read_text()
        named = set(re.findall(r"\bmake ([a-z]+)", "".join(text for how, _, text in blocks() if how == "make")))
        self.assertIn("demo", named)
        for target in named:
            self.assertRegex(makefile, rf"(?m)^{target}:")

    def test_the_requests_get_the_answers_that_are_shown(self):
        folder = temporary_folder(self.addCleanup)
        stack = Stack(folder, any_free=True)
        self.addCleanup(stack.stop)
        stack.start()
        stack.run_stream("stream")
        actual = {ports.DEFAULT_PORTS[name]: port for name, port in stack.ports.items()}
        actual[ports.KAFKA_PORT] = int(stack.kafka.rsplit(":", 1)[1])
        path = os.pathsep.join(map(str, (GRPCURL.parent, binary("x").parent, os.environ["PATH"])))
        checked = 0
        for how, _, text in blocks():
            for command, expected in commands(text) if how == "up" else ():
                command = command.replace("build/release/bin/serinctl", "serinctl --address 127.0.0.1:50060")
                command = command.replace("build/release/bin/", "").replace("localhost:", "127.0.0.1:")
                command = ports.rewrite(command, actual)
                with self.subTest(command):
                    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=ROOT, text=True,
                                          env=dict(os.environ, PATH=path), capture_output=True, timeout=60)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    expected = ports.rewrite(expected, actual)
                    self.assertRegex(done.stdout, re.compile(as_pattern(expected), re.S))
                    checked += 1
        self.assertGreaterEqual(checked, 4)


if __name__ == "__main__":
    unittest.main()
