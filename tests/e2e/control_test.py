"""Every verb of the control plane with grpcurl alone, and the same with serinctl."""
import json
import subprocess
import time
import unittest

from support import RpcFailed, grpcurl, temporary_folder
from stack.stack import Stack, binary

TEXT = "VADER is smart, handsome, and funny!"


class ControlTest(unittest.TestCase):
    def setUp(self):
        self.stack = Stack(temporary_folder(self.addCleanup), any_free=True)
        self.addCleanup(self.stack.stop)
        self.stack.start()
        self.address = self.stack.address("router CanaryAdmin")

    def admin(self, method, **fields):
        return grpcurl(self.address, f"serin.v1.CanaryAdmin/{method}", fields)

    def serinctl(self, *words, code=0):
        done = subprocess.run([binary("serinctl"), "--address", self.address, *words],
                              capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_grpcurl_alone_does_every_verb(self):
        self.assertEqual([r["name"] for r in self.admin("ListRoutes")["routes"]], ["sentiment"])
        plan = self.admin("SetWeights", weights={"v1": 50, "v2": 50}, dry_run=True)
        self.assertEqual(plan["moves"], [{"from": "v1", "to": "v2", "share": 0.3}])
        self.assertEqual(self.admin("GetRoute")["revision"], "1")
        changed = self.admin("SetWeights", weights={"v1": 50, "v2": 50}, reason="half", actor="ann",
                             expected_revision=1)
        self.assertEqual(changed["route"]["revision"], "2")
        self.assertIn("v1=80 v2=20", self.admin("GetRoute")["drift"]["summary"])
        self.assertEqual(self.admin("Rollback", revision=1)["route"]["weights"], {"v1": 80, "v2": 20})
        self.assertEqual(self.admin("Rollback")["route"]["weights"], {"v1": 50, "v2": 50})
        self.assertNotIn("drift", self.admin("ResetWeights", reason="enough")["route"])
        newest = self.admin("ListRevisions", limit=4)["revisions"]
        self.assertEqual([r["revision"] for r in newest], ["5", "4", "3", "2"])
        self.assertEqual((newest[3]["actor"], newest[3]["reason"]), ("ann", "half"))
        self.assertIn("127.0.0.1", newest[3]["peer"])
        for subject in ({"key": "bob"}, {"sequence": 3}):
            answer = self.admin("ExplainAssignment", revision=2, **subject)
            self.assertIn(answer["version"], ("v1", "v2"))
            self.assertIn("revision 2", answer["why"])
        with self.assertRaisesRegex(RpcFailed, "(?s)InvalidArgument.*at most 5"):
            self.admin("WatchRoute", from_revision=6)

    def test_grpcurl_alone_adds_drains_and_removes_a_version(self):
        endpoint = self.admin("GetRoute")["versions"][1]["endpoints"][0]["address"]
        added = self.admin("AddVersion", version="v3", definition={"endpoints": [endpoint]}, reason="new")
        self.assertEqual([v["name"] for v in added["route"]["versions"]], ["v1", "v2", "v3"])
        with self.assertRaisesRegex(RpcFailed, "(?s)AlreadyExists.*replace"):
            self.admin("AddVersion", version="v3", definition={"endpoints": [endpoint]})
        self.admin("SetWeights", weights={"v1": 1, "v3": 1}, force=True)
        with self.assertRaisesRegex(RpcFailed, "(?s)FailedPrecondition.*version v3 has weight 1"):
            self.admin("RemoveVersion", version="v3")
        self.admin("SetWeights", weights={"v1": 1})
        drained = self.admin("SetVersionState", version="v3", state="DRAINED")["route"]
        self.assertEqual(drained["versions"][2]["state"], "DRAINED")
        with self.assertRaisesRegex(RpcFailed, "(?s)FailedPrecondition.*DRAINED"):
            self.admin("SetWeights", weights={"v3": 1}, force=True)
        self.admin("RemoveVersion", version="v3")
        changes = [r.get("change", "") for r in self.admin("ListRevisions", limit=6)["revisions"]]
        self.assertEqual(changes, ["version v3 removed", "version v3 drained", "", "",
                                   f"version v3 added: {endpoint}", ""])

    def test_serinctl_changes_versions(self):
        endpoint = self.admin("GetRoute")["versions"][1]["endpoints"][0]["address"]
        self.assertIn("v3", self.serinctl("version", "add", "v3", "--endpoint", endpoint, "--reason", "new"))
        self.serinctl("version", "add", "v3", code=64)
        self.serinctl("version", "add", "v3", "--endpoint", "nowhere", "--replace", code=64)
        self.serinctl("version", "drain", "v1", code=2)
        self.assertIn("DRAINED", self.serinctl("version", "drain", "v3"))
        self.serinctl("version", "activate", "v3")
        self.assertIn("--yes", self.serinctl("version", "remove", "v3", code=6))
        self.serinctl("version", "remove", "v3", "--yes")
        self.serinctl("version", "remove", "v3", "--yes", code=5)
        self.assertIn("[version v3 removed]", self.serinctl("history"))
        plan = json.loads(self.serinctl("-o", "json", "version", "add", "v4", "--endpoint", endpoint, "--dry-run"))
        self.assertEqual(plan["route"]["versions"][2]["definition"]["endpoints"], [endpoint])
        self.assertIn("Define a version", self.serinctl("version", "--help"))

    def test_a_change_with_a_ttl_is_taken_back(self):
        temporary = self.admin("SetWeights", weights={"v2": 1}, ttl="1s")["route"]
        self.assertEqual(temporary["reverts_to"], "1")
        limit = time.monotonic() + 5
        while self.admin("GetRoute")["revision"] != "3" and time.monotonic() < limit:
            time.sleep(0.05)
        self.assertEqual(self.admin("GetRoute")["weights"], {"v1": 80, "v2": 20})

    def test_serinctl_does_every_verb(self):
        self.assertIn("would move", self.serinctl("weights", "set", "sentiment", "v1=70", "v2=30", "--dry-run"))
        self.serinctl("weights", "set", "v1=70", "v2=30", "--reason", "why not")
        self.assertIn("5.00% of the keys moved", self.serinctl("weights", "shift", "v2", "+5"))
        self.serinctl("weights", "v1=1", "v2=1", "--expected-revision", "1", code=2)
        self.assertIn("--yes", self.serinctl("weights", "v2=1", code=6))
        self.assertIn("why not", self.serinctl("history"))
        self.serinctl("rollback", "1")
        self.serinctl("reset")
        self.assertIn("hashes to slot", self.serinctl("explain", "--key", "bob"))
        answer = self.serinctl("predict", TEXT, "--version", "v1", "--router", self.stack.address("router"))
        self.assertIn("POSITIVE  compound 0.8439", answer)
        self.assertIn("PINNED", answer)
        self.assertEqual(json.loads(self.serinctl("status", "-o", "json"))["revision"], "5")
        self.assertIn("revision: 5\n", self.serinctl("status", "-o", "yaml"))
        self.assertIn("p99 ms", self.serinctl("status", "--rates", "--interval", "0.1"))
        self.serinctl("--route", "nope", "status", code=5)
        self.serinctl("weights", "set", "v1=x", code=64)
        self.address = "127.0.0.1:1"
        self.serinctl("status", code=3)

    def test_the_completion_scripts_complete(self):
        for shell in ("bash", "zsh"):
            self.assertIn("complete", self.serinctl("completion", shell))
        script = (f'source <({binary("serinctl")} completion bash); COMP_WORDS=(serinctl weights s); '
                  'COMP_CWORD=2; _serinctl; echo "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=10)
        self.assertEqual(done.stdout.split(), ["set", "shift"], done.stderr)


if __name__ == "__main__":
    unittest.main()
