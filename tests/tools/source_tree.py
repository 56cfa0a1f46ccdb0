"""A tree of source files to run one of tools/ on."""
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check_tree(tool, files):
    """Runs tools/`tool` on a tree of these files; returns (exit code, output)."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([ROOT / "tools" / tool, "--root", folder], capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr
