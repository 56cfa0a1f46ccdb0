"""Three routers on one Kafka topic hold the same weights, whatever is done to them or to the topic."""
import concurrent.futures
import re
import signal
import subprocess
import time
import unittest
import urllib.request

from support import ROOT, Kafka, RpcFailed, grpcurl, temporary_folder
from stack.ports import free_port
from stack.stack import binary

CONFIG = """
listen: 127.0.0.1:0
admin_grpc_listen: 127.0.0.1:{admin}
http_listen: 127.0.0.1:0
admin_listen: 127.0.0.1:{metrics}
routes:
- name: sentiment
  stable_version: v1
  versions:
  - {{name: v1, weight: 80, endpoints: ["127.0.0.1:1"]}}
  - {{name: v2, weight: 20, endpoints: ["127.0.0.1:2"]}}
revision_log: {{kafka: {{brokers: "{brokers}", topic: {topic}, timeout: 5s}}}}
"""


def until(condition, seconds):
    """The condition's value once it is true; fails the test that asks for it when it stays false."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"not true within {seconds} s")


class Router:
    """One router process; nothing is behind it, so changes are forced."""

    def __init__(self, test, topic, brokers):
        self.admin, self.metrics_port = free_port(()), free_port(())
        folder = temporary_folder(test.addCleanup)
        config = folder / "router.yaml"
        config.write_text(CONFIG.format(admin=self.admin, metrics=self.metrics_port, topic=topic,
                                        brokers=brokers))
        self.log = folder / "log"
        with self.log.open("w") as output:
            self.process = subprocess.Popen([binary("serin-router"), "--config", config], stdout=output,
                                            stderr=output)
        test.addCleanup(self.kill)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def call(self, method, **fields):
        return grpcurl(f"127.0.0.1:{self.admin}", f"serin.v1.CanaryAdmin/{method}", fields)

    def is_up(self):
        try:
            return self.route()
        except RpcFailed:
            return None

    def route(self):
        return self.call("GetRoute")

    def versions(self):
        return {version["name"]: version for version in self.route()["versions"]}

    def set(self, first, second, **fields):
        return self.call("SetWeights", weights={"v1": first, "v2": second}, force=True, **fields)

    def metric(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics") as answer:
            return float(re.search(rf"^{name}(?:{{.*}})? (\S+)$", answer.read().decode(), re.M)[1])


class ReplicasTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary_folder(cls.addClassCleanup)
        cls.kafka = Kafka(cls.folder)
        cls.addClassCleanup(cls.kafka.stop)

    def start(self, count, topic):
        routers = [Router(self, topic, self.kafka.address) for _ in range(count)]
        for router in routers:
            until(router.is_up, 20)
        return routers

    def test_a_change_anywhere_is_in_force_everywhere_and_a_late_joiner_knows_it(self):
        routers = self.start(3, "everywhere")
        self.assertEqual([router.route()["revision"] for router in routers], ["1", "1", "1"])
        routers[0].set(50, 50, reason="half")
        for router in routers:
            route = until(lambda one=router: one.route()["revision"] == "2" and one.route(), 1)
            self.assertEqual(route["weights"], {"v1": 50, "v2": 50})
        routers[1].kill()
        routers[2].call("Rollback", force=True)
        late, = self.start(1, "everywhere")
        self.assertEqual(late.route()["revision"], "3")
        histories = [router.call("ListRevisions") for router in (routers[0], routers[2], late)]
        self.assertEqual(histories[0], histories[1])
        self.assertEqual(histories[0], histories[2])
        self.assertEqual(len(histories[0]["revisions"]), 3)

    def test_versions_come_and_go_everywhere_whoever_is_asked(self):
        routers = self.start(3, "versions")
        routers[0].call("AddVersion", version="v3", definition={"endpoints": ["127.0.0.1:3"]})
        for router in routers:
            until(lambda one=router: "v3" in one.versions(), 1)
            self.assertEqual(router.versions()["v3"]["definition"]["endpoints"], ["127.0.0.1:3"])
        routers[1].call("SetVersionState", version="v3", state="DRAINED")
        for router in routers:
            until(lambda one=router: one.versions()["v3"]["state"] == "DRAINED", 1)
        routers[1].kill()
        routers[2].call("RemoveVersion", version="v3")
        late, = self.start(1, "versions")
        for router in (routers[0], late):
            until(lambda one=router: "v3" not in one.versions(), 1)
            self.assertEqual(router.route()["revision"], "4")

    def test_of_two_conflicting_changes_exactly_one_wins(self):
        routers = self.start(3, "conflict")
        for round_number in range(1, 6):
            def change(index, expected=round_number):
                try:
                    return routers[index].set(10 * expected + index, 50, expected_revision=expected)
                except RpcFailed as failure:
                    return str(failure)
            with concurrent.futures.ThreadPoolExecutor() as pool:
                answers = list(pool.map(change, range(3)))
            won = [answer for answer in answers if isinstance(answer, dict)]
            self.assertEqual(len(won), 1, answers)
            for answer in answers:
                if isinstance(answer, str):
                    self.assertRegex(answer, rf"(?s)Aborted.*at revision {round_number + 1}")
            for router in routers:
                until(lambda one=router: one.route()["revision"] == str(round_number + 1), 2)
                self.assertEqual(router.route()["weights"], won[0]["route"]["weights"])

    def test_what_is_no_revision_is_passed_over_counted_and_told(self):
        routers = self.start(2, "foreign")
        self.kafka.produce("foreign", "sentiment", b"not json")
        self.kafka.produce("foreign", "sentiment", b'{"route": "sentiment", "revision": "two"}')
        routers[0].set(50, 50)
        for router in routers:
            until(lambda one=router: one.route()["revision"] == "2", 2)
            until(lambda one=router: one.metric("serin_revision_log_skipped_total") == 2, 2)
            self.assertIn("this is no revision", router.log.read_text())

    def test_without_kafka_the_last_revision_stays_and_changes_are_refused_until_it_is_back(self):
        folder = temporary_folder(self.addCleanup)
        kafka = Kafka(folder)
        router = Router(self, "down", kafka.address)
        until(router.is_up, 20)
        router.set(50, 50)
        kafka.stop()
        until(lambda: router.metric("serin_revision_log_up") == 0, 20)
        with self.assertRaisesRegex(RpcFailed, "Unavailable"):
            router.set(60, 40)
        self.assertEqual(router.route()["revision"], "2")
        port = kafka.address.rsplit(":", 1)[1]
        subprocess.run([ROOT / "tools/kafka", "start", "--port", port, "--dir", folder], check=True,
                       capture_output=True, timeout=90)
        self.addCleanup(kafka.stop)
        until(lambda: router.metric("serin_revision_log_up") == 1, 30)
        self.assertEqual(router.set(70, 30)["route"]["revision"], "3")


if __name__ == "__main__":
    unittest.main()
