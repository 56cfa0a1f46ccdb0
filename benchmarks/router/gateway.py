"""POST /predict by wrk: the router's gateway beside the tutorial's Flask under gunicorn."""
import http.client
import json
import re
import resource
import subprocess

import cpu
from peers import ROOT, Bench
from stage import Stage, medians

from stack import texts
from stack.process import wait_until

PYTHON = ROOT / ".data/venv-spark/bin/python"
TEXTS = 5000
SECONDS = 6
CONNECTIONS = [16, 64, 256]
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


def load_seconds():
    """CPU of the load generators that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def wrk(stage, target, bodies, connections, seconds):
    before = stage.cpu(target)
    load_before = load_seconds()
    done = subprocess.run(["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s",
                           "--script", ROOT / "benchmarks/router/predict.lua",
                           f"http://{stage.address(target)}/predict", "--", bodies],
                          capture_output=True, text=True, check=False)
    found = REPORT.search(done.stdout)
    if done.returncode != 0 or not found or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"wrk: {target}: {done.stdout}{done.stderr}")
    requests, rate = (float(value) for value in found.groups())
    proxy, servers = (after - earlier for after, earlier in zip(stage.cpu(target), before))
    return {"per_s": rate, "proxy_us": proxy / requests * 1e6, "servers_us": servers / requests * 1e6,
            "sum_us": (proxy + servers) / requests * 1e6,
            "load_us": (load_seconds() - load_before) / requests * 1e6}


def table(options):
    if not PYTHON.exists():
        raise SystemExit("benchmarks/router: no Flask here; `tools/setup bench` installs it")
    targets = {"flask": flask, "serin": serin}
    with Stage(options.folder, options.binaries, targets) as stage:
        bodies = options.folder / "bodies.jsonl"
        bodies.write_text("".join(json.dumps({"data": row.text}) + "\n" for row in texts.rated_texts()[:TEXTS]))
        for target in targets:
            wait_until(lambda target=target: answers(stage.address(target)), f"start of {target}", 30)
            wrk(stage, target, bodies, CONNECTIONS[-1], 2)
        rows = medians([{f"{target}, {connections}": wrk(stage, target, bodies, connections, SECONDS)
                         for connections in CONNECTIONS for target in targets}
                        for _ in range(options.rounds)])
    print(f"\n{'by connections':14} {'calls/s':>9} {'front us':>9} {'servers us':>10} {'sum us':>8} {'wrk us':>7}"
          "  rate, CPU / flask")
    for name, row in rows.items():
        peer = rows[f"flask, {name.split()[-1]}"]
        print(f"{name:14} {row['per_s']:9.0f} {row['proxy_us']:9.1f} {row['servers_us']:10.1f} {row['sum_us']:8.1f}"
              f" {row['load_us']:7.1f}  {row['per_s'] / peer['per_s']:.1f}, 1/{peer['sum_us'] / row['sum_us']:.1f}",
              flush=True)
    return {"rows": rows}
