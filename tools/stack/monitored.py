"""The stack under load with a real Prometheus beside it."""
import http.client
import json
import shutil
import threading
import urllib.parse

from stack import ports
from stack.process import Process, wait_until
from stack.stack import ROOT, Stack, http_status, http_text

PROMETHEUS_FILES = ROOT / "deploy" / "prometheus"
DASHBOARDS = ROOT / "deploy" / "grafana" / "dashboards"
# What Grafana would put for $__rate_interval at one scrape a second.
RATE_INTERVAL = "10s"


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


class Prometheus:
    """Scrapes a stack every second with our rules; `program` is the prometheus command."""

    def __init__(self, program, stack):
        folder = stack.folder / "prometheus"
        folder.mkdir()
        actual = {ports.DEFAULT_PORTS[name]: port for name, port in stack.ports.items()}
        text = (PROMETHEUS_FILES / "prometheus.yml").read_text()
        config = folder / "prometheus.yml"
        config.write_text(ports.rewrite(text, actual).replace("_interval: 5s", "_interval: 1s"))
        shutil.copy(PROMETHEUS_FILES / "rules.yml", folder)
        self.port = ports.free_port(set(stack.ports.values()))
        self._process = Process("prometheus", [
            program, "--config.file", config, "--storage.tsdb.path", folder / "tsdb",
            "--web.listen-address", f"127.0.0.1:{self.port}"], folder / "prometheus.log", folder)
        try:
            wait_until(lambda: http_status(self.port, "/-/ready") == 200, "start of Prometheus", 30,
                       [self._process])
        except BaseException:
            self.stop()
            raise

    def stop(self):
        self._process.stop()

    def query(self, expression):
        """The values of an instant query, those that are no number left out."""
        values = [float(series["value"][1]) for series in self._ask("query", query=expression)]
        return [value for value in values if value == value]

    def query_range(self, expression, start, end, step):
        """(labels, [(time, value)]) of each series."""
        found = self._ask("query_range", query=expression, start=start, end=end, step=step)
        return [(series["metric"], [(at, float(value)) for at, value in series["values"]])
                for series in found]

    def _ask(self, kind, **parameters):
        answer = json.loads(http_text(self.port, f"/api/v1/{kind}?" + urllib.parse.urlencode(parameters)))
        if answer["status"] != "success":
            raise ValueError(f"{parameters['query']}: {answer}")
        return answer["data"]["result"]


def monitored_stack(folder):
    """A started stack with its stream client, on free ports. The caller stops it."""
    stack = Stack(folder, any_free=True)
    try:
        stack.start()
        stack.run_stream("stream")
    except BaseException:
        stack.stop()
        raise
    return stack


def dashboards():
    """File name -> dashboard."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(DASHBOARDS.glob("*.json"))}
