"""A person with grpcurl and curl in front of the running stack."""
import collections
import http.client
import json
import subprocess
import unittest

from support import TRITON_CLIENT, VENV_PYTHON, RpcFailed, grpcurl, temporary_folder
from stack.stack import Stack

TEXT = "VADER is smart, handsome, and funny!"
GRPCURL_CALLS = 100


class RouterTest(unittest.TestCase):
    def setUp(self):
        self.stack = Stack(temporary_folder(self.addCleanup), any_free=True)
        self.addCleanup(self.stack.stop)
        self.stack.start()

    def predict(self, **fields):
        return grpcurl(self.stack.address("router"), "serin.v1.Predictor/Predict", fields)

    def admin(self, method, **fields):
        return grpcurl(self.stack.address("router CanaryAdmin"), f"serin.v1.CanaryAdmin/{method}", fields)

    def versions_over_http(self, calls):
        """Versions of so many keyless POST /predict on one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.stack.ports["router HTTP"], timeout=10)
        self.addCleanup(connection.close)
        versions = collections.Counter()
        for _ in range(calls):
            connection.request("POST", "/predict", json.dumps({"data": TEXT}),
                               {"content-type": "application/json"})
            response = connection.getresponse()
            body = json.loads(response.read())
            self.assertEqual(response.status, 200, body)
            self.assertEqual(set(body), {"compound", "neg", "neu", "pos"})
            versions[response.getheader("serin-model-version")] += 1
        return versions

    def test_an_answer_names_version_revision_and_assignment(self):
        answer = self.predict(text=TEXT, model_version="v1", request_id="r-1")
        self.assertEqual(answer["model_version"], "v1")
        self.assertEqual(answer["route_revision"], "1")
        self.assertEqual(answer["assignment"], "PINNED")
        self.assertEqual(answer["request_id"], "r-1")
        self.assertEqual(answer["sentiment"]["label"], "POSITIVE")
        self.assertAlmostEqual(answer["sentiment"]["compound"], 0.8439, places=4)

    def test_tritons_own_client_gets_what_it_expects(self):
        done = subprocess.run([VENV_PYTHON, TRITON_CLIENT, "--router", self.stack.address("router")],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.split("\n")[0], "ok")

    def test_a_thousand_keyless_calls_split_exactly_800_to_200(self):
        versions = collections.Counter(
            self.predict(text=TEXT)["model_version"] for _ in range(GRPCURL_CALLS))
        versions += self.versions_over_http(1000 - GRPCURL_CALLS)
        self.assertEqual(versions, {"v1": 800, "v2": 200})

    def test_set_weights_changes_the_very_next_answers(self):
        answer = self.admin("SetWeights", weights={"v2": 1}, reason="all to v2", expected_revision=1)
        self.assertEqual(answer["route"]["revision"], "2")
        after = [self.predict(text=TEXT) for _ in range(5)]
        self.assertEqual({(a["model_version"], a["route_revision"]) for a in after}, {("v2", "2")})
        self.assertEqual(self.versions_over_http(100), {"v2": 100})
        self.assertEqual(self.admin("GetRoute")["weights"], {"v2": 1})

    def test_a_stale_or_wrong_change_is_refused_and_changes_nothing(self):
        with self.assertRaisesRegex(RpcFailed, "(?s)Aborted.*1"):
            self.admin("SetWeights", weights={"v1": 1}, expected_revision=7)
        with self.assertRaisesRegex(RpcFailed, "(?s)InvalidArgument.*v3"):
            self.admin("SetWeights", weights={"v3": 1, "v1": 1})
        with self.assertRaisesRegex(RpcFailed, "InvalidArgument"):
            self.admin("SetWeights", weights={"v1": 0})
        self.assertEqual(self.admin("GetRoute")["revision"], "1")

    def test_bad_requests_get_their_own_code_and_the_next_one_is_answered(self):
        for fields, code in (({"text": ""}, "InvalidArgument"), ({"text": "a\0b"}, "InvalidArgument"),
                             ({"text": "x" * (1 << 20)}, "InvalidArgument"),
                             ({"text": TEXT, "model": "no-such"}, "NotFound"),
                             ({"text": TEXT, "model_version": "v9"}, "NotFound")):
            with self.subTest(code=code, fields=str(fields)[:60]):
                with self.assertRaisesRegex(RpcFailed, code):
                    self.predict(**fields)
        self.assertEqual(self.predict(text=TEXT)["model"], "sentiment")


if __name__ == "__main__":
    unittest.main()
