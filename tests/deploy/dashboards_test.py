"""A real Prometheus beside the real processes under load: every panel of every dashboard has data, and
every metric that others may rely on is there. The pictures in the docs show today's panels."""
import pathlib
import shutil
import tempfile
import unittest

from support import ROOT, require
from stack.monitored import RATE_INTERVAL, Load, Prometheus, dashboards, monitored_stack
from stack.process import wait_until

(PROMETHEUS,) = require("prometheus")
METRICS = """serin_requests_total serin_request_duration_seconds_bucket serin_route_weight
    serin_route_revision serin_route_served_share serin_fallback_total serin_upstream_in_flight
    serin_upstream_batch_items_bucket serin_router_overhead_seconds_bucket
    serin_model_predictions_total serin_model_inference_duration_seconds_bucket
    serin_stream_records_total serin_stream_batch_duration_seconds_bucket serin_stream_lag_records
    serin_build_info""".split()
DATA_SECONDS = 60


def panels():
    """(dashboard, panel, query) of every query of every dashboard."""
    for name, board in dashboards().items():
        for panel in board["panels"]:
            for target in panel["targets"]:
                yield name, panel["title"], target["expr"]


class DashboardsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="serin-prometheus-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.stack = monitored_stack(self.folder)
        self.addCleanup(self.stack.stop)
        self.prometheus = Prometheus(PROMETHEUS, self.stack)
        self.addCleanup(self.prometheus.stop)
        load = Load(self.stack)
        self.addCleanup(load.stop)

    def test_every_panel_and_every_documented_metric_has_data(self):
        query = self.prometheus.query
        queries = {f"{board}: {title}: {expr}": expr.replace("$__rate_interval", RATE_INTERVAL)
                   for board, title, expr in panels()}
        self.assertGreater(len(queries), 20)
        queries |= {name: name for name in METRICS}
        missing = set(queries)

        def all_have_data():
            missing.difference_update([name for name in missing if query(queries[name])])
            return not missing

        try:
            wait_until(all_have_data, "data for every query", DATA_SECONDS, self.stack.processes)
        except Exception as failure:
            self.fail(f"{failure}; without data: " + "\n".join(sorted(missing)))
        self.assertEqual(query('sum(up{job=~"serin-.*"})'), [4])
        self.assertEqual(sorted(query("serin_route_weight")), [2000, 8000])
        self.assertGreater(query('serin_stream_records_total{outcome="dead_letter_decode"}')[0], 0)


class PicturesTest(unittest.TestCase):
    def test_the_docs_have_a_small_picture_of_each_dashboard_with_every_panel(self):
        page = (ROOT / "docs/operations.md").read_text()
        for name, board in dashboards().items():
            picture = ROOT / f"docs/pictures/{name}.svg"
            self.assertIn(f"(pictures/{picture.name})", page)
            self.assertLess(picture.stat().st_size, 150_000)
            text = picture.read_text()
            for panel in board["panels"]:
                self.assertIn(f">{panel['title']}<", text, f"{picture.name}: tools/dashboards draws it anew")


if __name__ == "__main__":
    unittest.main()
