"""What the deployment's tests share: the tools they need, and YAML from the environment of tools/setup."""
import json
import pathlib
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
DEPLOY = ROOT / "deploy"
VENV = ROOT / ".data/venv-deploy/bin"
SKIPPED = 77  # SKIP_RETURN_CODE in CMakeLists.txt


def require(*commands):
    """Ends the test as skipped, with the reason, when a command is missing. Returns their paths."""
    found = [shutil.which(str(command)) for command in commands]
    for command, path in zip(commands, found):
        if path is None:
            print(f"skipped: {command} is not there; `tools/setup test` installs it")
            sys.exit(SKIPPED)
    return found


def read_yaml(text):
    """All documents of a YAML text. Python has no YAML of its own; the tools' environment does."""
    code = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)"
    done = subprocess.run([VENV / "python", "-c", code], input=text, capture_output=True, text=True,
                          check=True)
    return json.loads(done.stdout)


def docker(*words):
    """Exit code and output of a docker command."""
    done = subprocess.run(["docker", *words], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def skip(test, reason):
    """Skips the rest of a test with the reason in the log."""
    print(f"skipped: {test}: {reason}")
    raise unittest.SkipTest(reason)
