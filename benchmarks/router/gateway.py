"""POST /predict by wrk: the router's gateway beside the tutorial's Flask under gunicorn."""
import http.client
import json
import re
import subprocess

import cpu
from peers import ROOT, Bench
from stage import Stage, medians

from stack import texts
from stack.process import wait_until

PYTHON = ROOT / ".data/venv-spark/bin/python"
TEXTS = 5000
SECONDS = 8
REPORT = re.compile(r"(\d+) requests in .*?Requests/sec: +([\d.]+)", re.S)


def flask(bench, port):
    return bench.start("gunicorn", [PYTHON, "-m", "gunicorn", "--workers", "2", "--bind", f"127.0.0.1:{port}",
                                    "--chdir", ROOT / "benchmarks/spark", "flask_service:app"])


def serin(bench, port):
    return Bench.serin(bench, 0, http_port=port)


def answers(address):
    """Whether NLTK's score of "good" comes, from a model and not only from a listener."""
    connection = http.client.HTTPConnection(address, timeout=1)
    try:
        connection.request("POST", "/predict", '{"data": "good"}', {"content-type": "application/json"})
        return json.loads(connection.getresponse().read()).get("compound") == 0.4404
    except (OSError, ValueError):
        return False
    finally:
        connection.close()


def wrk(stage, target, bodies, seconds):
    before = stage.cpu(target)
    done = subprocess.run(["wrk", "--threads", "1", "--connections", "64", "--duration", f"{seconds}s",
                           "--script", ROOT / "benchmarks/router/predict.lua",
                           f"http://{stage.address(target)}/predict", "--", bodies],
                          capture_output=True, text=True, check=False)
    found = REPORT.search(done.stdout)
    if done.returncode != 0 or not found or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"wrk: {target}: {done.stdout}{done.stderr}")
    requests, rate = (float(value) for value in found.groups())
    return {"per_s": rate, "cpu_us": (sum(stage.cpu(target)) - sum(before)) / requests * 1e6}


def table(options):
    if not PYTHON.exists():
        raise SystemExit("benchmarks/router: no Flask here; `tools/setup bench` installs it")
    targets = {"flask": flask, "serin": serin}
    with Stage(options.folder, options.binaries, targets) as stage:
        bodies = options.folder / "bodies.jsonl"
        bodies.write_text("".join(json.dumps({"data": row.text}) + "\n" for row in texts.rated_texts()[:TEXTS]))
        for target in targets:
            wait_until(lambda target=target: answers(stage.address(target)), f"start of {target}", 30)
            wrk(stage, target, bodies, 2)
        rows = medians([{target: wrk(stage, target, bodies, SECONDS) for target in targets}
                        for _ in range(options.rounds)])
    print(f"\n{'gateway':14} {'calls/s':>9} {'CPU us':>8}  rate / flask")
    for target, row in rows.items():
        print(f"{target:14} {row['per_s']:9.0f} {row['cpu_us']:8.1f}  {row['per_s'] / rows['flask']['per_s']:.1f}",
              flush=True)
    return {"rows": rows}
