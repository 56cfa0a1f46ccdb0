"""MLServer with VADER behind the router, beside serin-model-server in the same place."""
import json
import subprocess

from server_process import BIN, ROOT, load

from stack import ports, stack  # server_process has put tools/ on the path
from stack.process import Process, wait_until

PROGRAM = ROOT / ".data/venv-mlserver/bin/mlserver"
# The model of the end-to-end test.
RUNTIME = ROOT / "tests/e2e/mlserver"
# How a router asks it.
VERSION = {"protocol": "oip", "oip_model": "vader"}


class MLServer:
    def __init__(self, folder):
        names = ("http_port", "grpc_port", "metrics_port")
        taken = []
        for _ in names:
            taken.append(ports.free_port(taken))
        self.port = taken[1]
        models = folder / "mlserver"
        models.mkdir()
        (models / "settings.json").write_text(json.dumps(
            {"host": "127.0.0.1", "parallel_workers": 0, **dict(zip(names, taken))}))
        (models / "model-settings.json").write_text(json.dumps(
            {"name": "vader", "implementation": "vader_runtime.VaderRuntime"}))
        self.process = Process("mlserver", ["env", f"PYTHONPATH={RUNTIME}", PROGRAM, "start", models],
                               folder / "mlserver.log", folder)


class Routed:
    """A server that is the only endpoint of a router; the load goes to the router, the CPU is the server's."""

    def __init__(self, folder, name, server, **version):
        self._server = server
        self._port, admin = ports.free_port(()), ports.free_port(())
        config = folder / f"{name}.yaml"
        config.write_text(json.dumps({
            "listen": f"127.0.0.1:{self._port}", "admin_listen": f"127.0.0.1:{admin}",
            "admin_grpc_listen": "127.0.0.1:0", "http_listen": "127.0.0.1:0", "log": {"level": "warning"},
            "revision_log": {"memory": True},
            "routes": [{"name": "sentiment", "stable_version": "v1", "versions": [
                {"name": "v1", "weight": 100, "endpoints": [f"127.0.0.1:{server.port}"], **version}]}]}))
        self.process = Process(name, [BIN / "serin-router", "--config", config], folder / f"{name}.log", ROOT)
        alive = [self.process, server.process]
        wait_until(lambda: stack.http_status(admin, "/readyz") == 200, name, 30, alive)
        wait_until(self._answers, f"{name}'s server", 60, alive)

    def _answers(self):
        return subprocess.run([BIN / "serin-load", "--target", f"127.0.0.1:{self._port}", "--calls", "1"],
                              capture_output=True, check=False).returncode == 0

    def load(self, *options):
        return load(self._port, self._server.process.pid, *options)
