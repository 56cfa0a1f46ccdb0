"""A real Prometheus beside the real processes under load: every panel of every dashboard has data, and
every metric that others may rely on is there."""
import http.client
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from support import DEPLOY, require
from stack import ports
from stack.process import Process, wait_until
from stack.stack import Stack, http_status, http_text

(PROMETHEUS,) = require("prometheus")
METRICS = """serin_requests_total serin_request_duration_seconds_bucket serin_route_weight
    serin_route_revision serin_route_served_share serin_fallback_total serin_upstream_in_flight
    serin_upstream_batch_items_bucket serin_router_overhead_seconds_bucket
    serin_model_predictions_total serin_model_inference_duration_seconds_bucket
    serin_stream_records_total serin_stream_batch_duration_seconds_bucket serin_stream_lag_records
    serin_build_info""".split()
DATA_SECONDS = 60


class Load:
    """Requests over HTTP and records over Kafka, until it is told to stop."""

    def __init__(self, stack):
        self._stack = stack
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._until_ended, args=(once,), daemon=True)
                         for once in (self._requests, self._records)]
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _until_ended(self, once):
        while not self._ended.is_set():
            once()
            self._ended.wait(0.2)

    def _requests(self):
        connection = http.client.HTTPConnection("127.0.0.1", self._stack.ports["router HTTP"], timeout=10)
        for _ in range(50):
            connection.request("POST", "/predict", json.dumps({"data": "The book was good."}),
                               {"content-type": "application/json"})
            connection.getresponse().read()
        connection.close()

    def _records(self):
        self._stack.produce("test", ['{"data": "The plot was good."}'] * 20 + ['{"data": 7}'])


def panels():
    """(dashboard, panel, query) of every query of every dashboard."""
    for file in sorted((DEPLOY / "grafana/dashboards").glob("*.json")):
        board = json.loads(file.read_text())
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield file.stem, panel["title"], target["expr"]


class DashboardsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="serin-prometheus-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stack = Stack(self.folder, any_free=True)
        self.addCleanup(self.stack.stop)
        self.stack.start()
        self.stack.run_stream("stream")
        self.start_prometheus()
        load = Load(self.stack)
        self.addCleanup(load.stop)

    def start_prometheus(self):
        actual = {ports.DEFAULT_PORTS[name]: port for name, port in self.stack.ports.items()}
        text = (DEPLOY / "prometheus/prometheus.yml").read_text()
        config = self.folder / "prometheus.yml"
        config.write_text(ports.rewrite(text, actual).replace("_interval: 5s", "_interval: 1s"))
        shutil.copy(DEPLOY / "prometheus/rules.yml", self.folder)
        self.port = ports.free_port(set(self.stack.ports.values()))
        process = Process("prometheus", [
            PROMETHEUS, "--config.file", config, "--storage.tsdb.path", self.folder / "tsdb",
            "--web.listen-address", f"127.0.0.1:{self.port}"], self.folder / "prometheus.log", self.folder)
        self.addCleanup(process.stop)
        wait_until(lambda: http_status(self.port, "/-/ready") == 200, "start of Prometheus", 30, [process])

    def query(self, expression):
        """The values an instant query gives, those that are no number left out."""
        path = "/api/v1/query?" + urllib.parse.urlencode({"query": expression})
        answer = json.loads(http_text(self.port, path))
        self.assertEqual(answer["status"], "success", f"{expression}: {answer}")
        values = [float(series["value"][1]) for series in answer["data"]["result"]]
        return [value for value in values if value == value]

    def test_every_panel_and_every_documented_metric_has_data(self):
        queries = {f"{board}: {title}: {expr}": expr.replace("$__rate_interval", "10s")
                   for board, title, expr in panels()}
        self.assertGreater(len(queries), 20)
        queries |= {name: name for name in METRICS}
        missing = set(queries)

        def all_have_data():
            missing.difference_update([name for name in missing if self.query(queries[name])])
            return not missing

        try:
            wait_until(all_have_data, "data for every query", DATA_SECONDS, self.stack.processes)
        except Exception as failure:
            self.fail(f"{failure}; without data: " + "\n".join(sorted(missing)))
        self.assertEqual(self.query('sum(up{job=~"serin-.*"})'), [4])
        self.assertEqual(sorted(self.query("serin_route_weight")), [2000, 8000])
        self.assertGreater(self.query('serin_stream_records_total{outcome="dead_letter_decode"}')[0], 0)


if __name__ == "__main__":
    unittest.main()
