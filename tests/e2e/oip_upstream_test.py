"""A real MLServer from PyPI as a version of a route, beside a Serin model server."""
import json
import os
import pathlib
import signal
import unittest

from support import ROOT, grpcurl, temporary_folder
from stack.ports import free_port, is_free
from stack.process import Process, wait_until

BIN = pathlib.Path(os.environ["SERIN_BIN"])
VENV = ROOT / ".data/venv-mlserver/bin"
RUNTIME = pathlib.Path(__file__).resolve().parent / "mlserver"
TEXT = "VADER is smart, handsome, and funny!"

MODEL_SERVER = """
listen: 127.0.0.1:{serin}
admin_listen: 127.0.0.1:0
repository: {{path: {root}/.data/repository, models: [{{name: sentiment, versions: [v1]}}]}}
"""

ROUTER = """
listen: 127.0.0.1:{router}
admin_grpc_listen: 127.0.0.1:{canary}
http_listen: 127.0.0.1:0
admin_listen: 127.0.0.1:0
routes:
  - name: sentiment
    stable_version: v1
    versions:
      - {{name: v1, weight: 50, endpoints: ["127.0.0.1:{serin}"]}}
      - {{name: v2, weight: 50, endpoints: ["127.0.0.1:{mlserver}"], protocol: oip, oip_model: vader}}
revision_log: {{path: {folder}/revisions.log}}
"""


class OipUpstreamTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.ports = {}
        for name in ("serin", "router", "canary", "mlserver", "http", "metrics"):
            self.ports[name] = free_port(self.ports.values())
        self.start("model-server", "serin-model-server", MODEL_SERVER)
        self.mlserver = self.start_mlserver()
        self.router = self.start("router", "serin-router", ROUTER)
        wait_until(lambda: self.ready() == [True, True], "both versions", 60,
                   alive=[self.router, self.mlserver])

    def start(self, name, binary, text):
        config = self.folder / f"{name}.yaml"
        config.write_text(text.format(root=ROOT, folder=self.folder, **self.ports))
        process = Process(name, [BIN / binary, "--config", config], self.folder / f"{name}.log", ROOT)
        self.addCleanup(process.stop)
        return process

    def start_mlserver(self):
        models = self.folder / "models"
        models.mkdir()
        (models / "settings.json").write_text(json.dumps({
            "host": "127.0.0.1", "http_port": self.ports["http"], "grpc_port": self.ports["mlserver"],
            "metrics_port": self.ports["metrics"], "parallel_workers": 0}))
        (models / "model-settings.json").write_text(json.dumps(
            {"name": "vader", "implementation": "vader_runtime.VaderRuntime"}))
        process = Process("mlserver", ["env", f"PYTHONPATH={RUNTIME}", VENV / "mlserver", "start", models],
                          self.folder / "mlserver.log", self.folder)
        self.addCleanup(process.stop)
        return process

    def ready(self):
        if is_free(self.ports["canary"]):
            return []
        route = grpcurl(f"127.0.0.1:{self.ports['canary']}", "serin.v1.CanaryAdmin/GetRoute", {})
        return [version["endpoints"][0].get("ready", False) for version in route["versions"]]

    def predict(self, **fields):
        return grpcurl(f"127.0.0.1:{self.ports['router']}", "serin.v1.Predictor/Predict", fields)

    def test_mlserver_is_a_version_like_any_other(self):
        answer = self.predict(text=TEXT, model_version="v2")
        self.assertEqual((answer["model_version"], answer["assignment"]), ("v2", "PINNED"))
        self.assertEqual(answer["sentiment"], {"neg": 0, "neu": 0.248, "pos": 0.752, "compound": 0.8439,
                                               "label": "POSITIVE"})
        texts = [TEXT, "Today sucks", "It is a table."]
        batch = grpcurl(f"127.0.0.1:{self.ports['router']}", "serin.v1.Predictor/PredictBatch",
                        {"items": [{"text": text, "model_version": "v2"} for text in texts]})
        labels = [result["response"]["sentiment"]["label"] for result in batch["results"]]
        self.assertEqual(labels, ["POSITIVE", "NEGATIVE", "NEUTRAL"])
        versions = [self.predict(text=TEXT)["model_version"] for _ in range(20)]
        self.assertEqual(set(versions), {"v1", "v2"})

    def test_an_mlserver_that_is_killed_costs_no_answer(self):
        os.kill(self.mlserver.pid, signal.SIGKILL)
        versions = [self.predict(text=TEXT)["model_version"] for _ in range(20)]
        self.assertEqual(set(versions), {"v1"})
        wait_until(lambda: self.ready() == [True, False], "the router to see it", 10, alive=[self.router])


if __name__ == "__main__":
    unittest.main()
