"""Every command of README.md and of the pages for users works as it stands there.

A ```console block holds commands after "$ " and the answer below each; "…" stands for any text. The
comment in the line above a block says how it is checked: `<!-- run: up -->` while make up runs (with
the programs and ports of this test), `<!-- run: shell -->` in one shell, a page after the other,
`<!-- run: make -->` by other means (make targets, tested as such).
"""
import os
import re
import subprocess
import unittest

from support import GRPCURL, ROOT, temporary_folder
from stack import ports
from stack.stack import Stack, binary

PAGES_FOR_UP = ["README.md", "docs/tutorial.md"]
PAGES_FOR_A_SHELL = ["docs/your-own-model.md"]
BLOCK = re.compile(r"(?:^<!-- run: (\w+) -->\n)?^```(console|bash|sh|shell)\n(.*?)^```", re.M | re.S)


def blocks(page):
    return BLOCK.findall((ROOT / page).read_text())


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


def environment():
    path = os.pathsep.join(map(str, (GRPCURL.parent, binary("x").parent, os.environ["PATH"])))
    return dict(os.environ, PATH=path)


def run(script):
    return subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, text=True, env=environment(),
                          capture_output=True, timeout=60)


class ReadmeTest(unittest.TestCase):
    def test_every_block_says_how_it_is_checked(self):
        for page in PAGES_FOR_UP + PAGES_FOR_A_SHELL:
            self.assertGreater(len(blocks(page)), 2)
            for how, language, text in blocks(page):
                self.assertIn(how, ("shell",) if page in PAGES_FOR_A_SHELL else ("up", "make"), text)
                self.assertEqual(language, "console", text)

    def test_every_make_target_that_is_named_exists(self):
        makefile = (ROOT / "Makefile").read_text()
        made = [text for page in PAGES_FOR_UP for how, _, text in blocks(page) if how == "make"]
        named = set(re.findall(r"\bmake ([a-z]+)", "".join(made)))
        self.assertLessEqual({"demo", "up"}, named)
        for target in named:
            self.assertRegex(makefile, rf"(?m)^{target}:")

    def test_every_link_to_a_file_leads_somewhere(self):
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page.name}: {link}")

    def test_the_requests_get_the_answers_that_are_shown(self):
        for page in PAGES_FOR_UP:
            with self.subTest(page):
                self.assertGreaterEqual(self.check_with_a_stack(page), 4)

    def check_with_a_stack(self, page):
        """Runs the page's commands one by one; returns how many there were."""
        with Stack(temporary_folder(self.addCleanup), any_free=True) as stack:
            stack.run_stream("stream")
            actual = {ports.DEFAULT_PORTS[name]: port for name, port in stack.ports.items()}
            actual[ports.KAFKA_PORT] = int(stack.kafka.rsplit(":", 1)[1])
            shown = [pair for how, _, text in blocks(page) if how == "up" for pair in commands(text)]
            for command, expected in shown:
                command = command.replace("build/release/bin/serinctl", "serinctl --address 127.0.0.1:50060")
                command = command.replace("build/release/bin/", "").replace("localhost:", "127.0.0.1:")
                command = ports.rewrite(command, actual)
                done = run(command)
                self.assertEqual(done.returncode, 0, f"{command}{done.stderr}")
                expected = ports.rewrite(expected, actual)
                self.assertRegex(done.stdout, re.compile(as_pattern(expected), re.S), command)
        return len(shown)

    def test_the_pages_for_a_shell_do_what_they_show(self):
        taken = set(ports.DEFAULT_PORTS.values())
        for page in PAGES_FOR_A_SHELL:
            shown = [pair for _, _, text in blocks(page) for pair in commands(text)]
            actual = {}
            for number in re.findall(r"127\.0\.0\.1:(\d+)", "".join(command for command, _ in shown)):
                actual[int(number)] = ports.free_port(taken | set(actual.values()))
            script = "".join(command for command, _ in shown)
            done = run("trap 'kill $(jobs -p)' EXIT\n" + ports.rewrite(script, actual))
            self.assertEqual(done.returncode, 0, done.stderr)
            pattern = ".*?".join(as_pattern(expected) for _, expected in shown)
            self.assertRegex(done.stdout, re.compile(pattern, re.S))


if __name__ == "__main__":
    unittest.main()
