"""tools/setup installs exactly what is missing, and does nothing quickly when all is there.

dpkg-query, apt-get and id are replaced by scripts that say what is installed and write down what
they are asked to do, so the test changes nothing on the machine.
"""
import pathlib
import shutil
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LISTS = ["build.packages", "test.packages", "bench.packages", "containers.packages"]
# The commands of coreutils and friends that the script may use; nothing else is on its PATH.
PLAIN = ["bash", "env", "cat", "sed", "tail", "tr", "fold", "mkdir", "dirname", "rm", "mv", "sha256sum"]


def packages(*lists):
    lines = [line for name in lists
             for line in (ROOT / "tools/setup.d" / name).read_text().splitlines()]
    return [line.split("|")[0] for line in lines if line and not line.startswith("#")]


class SetupTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "bin").mkdir()
        for command in PLAIN:
            (self.folder / "bin" / command).symlink_to(shutil.which(command))
        # A copy of the script without models/, so that no model is trained here.
        shutil.copytree(ROOT / "tools/setup.d", self.folder / "tools/setup.d")
        shutil.copytree(ROOT / "tools/kafka.d", self.folder / "tools/kafka.d")
        shutil.copy(ROOT / "tools/setup", self.folder / "tools/setup")
        self.script("id", "echo 0")
        self.script("apt-get", f'echo "$*" >>{self.folder}/apt.calls')
        (self.folder / "apt.calls").touch()

    def script(self, name, body):
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/bash\n{body}\n")
        file.chmod(0o755)

    def installed(self, names):
        listing = self.folder / "installed"
        listing.write_text("".join(f"installed {name}\n" for name in names))
        self.script("dpkg-query", f"cat {listing}")

    def run_setup(self, goal="demo", expected=0):
        done = subprocess.run(
            [self.folder / "tools/setup", goal], capture_output=True, text=True,
            env={"PATH": str(self.folder / "bin")})
        self.assertEqual(done.returncode, expected, done.stderr)
        return done.stderr

    def apt_calls(self):
        return (self.folder / "apt.calls").read_text().splitlines()

    def test_with_all_there_it_does_nothing_in_under_a_second(self):
        self.installed(packages("build.packages"))
        start = time.monotonic()
        self.assertEqual(self.run_setup(), "")
        self.assertLess(time.monotonic() - start, 1.0)
        self.assertEqual(self.apt_calls(), [])

    def test_it_lists_and_installs_exactly_what_is_missing(self):
        missing = ["libgrpc++-dev", "kcat"]
        self.installed([name for name in packages("build.packages") if name not in missing])
        self.assertIn("installing 2 Debian packages: libgrpc++-dev kcat", self.run_setup())
        self.assertEqual(len(self.apt_calls()), 1)
        self.assertTrue(self.apt_calls()[0].endswith(
            "install --no-install-recommends libgrpc++-dev kcat"), self.apt_calls())

    def test_the_package_lists_are_fetched_only_when_an_install_fails(self):
        self.installed(["kcat"])
        self.script("apt-get", f'echo "$*" >>{self.folder}/apt.calls\n'
                    f'[ "$(cat {self.folder}/apt.calls)" != "$*" ]')
        self.run_setup()
        verbs = [next(word for word in call.split() if word in ("install", "update"))
                 for call in self.apt_calls()]
        self.assertEqual(verbs, ["install", "update", "install"])

    def test_the_tests_need_more_than_the_demo(self):
        self.installed(packages("build.packages"))
        self.script("mvn", "exit 1")
        output = self.run_setup("test", expected=1)
        self.assertIn("clang-tidy-14", output)
        self.assertNotIn("maven", output.splitlines()[0], "a command on the PATH is good enough")

    def test_the_benchmarks_need_their_peers_as_well(self):
        self.installed(packages("build.packages", "test.packages"))
        self.script("mvn", "exit 1")
        self.assertIn("haproxy", self.run_setup("bench", expected=1).splitlines()[0])

    def test_a_fault_of_apt_is_shown(self):
        self.installed([])
        self.script("apt-get", "echo 'E: no such package'; exit 100")
        self.assertIn("E: no such package", self.run_setup(expected=1))

    def test_jars_other_than_the_pinned_ones_are_refused(self):
        self.installed(packages(*LISTS))
        self.script("mvn", 'for a; do case $a in -DoutputDirectory=*) d=${a#*=};; esac; done\n'
                    'mkdir -p "$d"; sed "s/.* //" ' + f'{self.folder}/tools/kafka.d/sha256sums'
                    ' | while read -r f; do echo tampered >"$d/$f"; done')
        self.assertIn("not the ones that were pinned", self.run_setup("test", expected=1))
        self.assertFalse((self.folder / ".data/kafka/lib").exists())

    def test_without_root_or_sudo_it_says_so(self):
        self.installed([])
        self.script("id", "echo 1000")
        self.assertIn("needs root or sudo", self.run_setup(expected=1))

    def test_an_unknown_goal_is_refused(self):
        self.assertIn("expected demo, test, bench or containers, got 'everything'", self.run_setup("everything", 1))


if __name__ == "__main__":
    if pathlib.Path("/etc/os-release").read_text().find('VERSION_ID="12"') < 0:
        raise SystemExit("this test needs Debian 12")
    unittest.main()
