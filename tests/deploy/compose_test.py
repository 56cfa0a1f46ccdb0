"""docker-compose.yml starts what there is to start, in an order that works, with configs that exist."""
import unittest

from support import ROOT, VENV, read_yaml, require

require(VENV / "python")
OURS = ("model-server-v1", "model-server-v2", "router", "stream")
PORTS = {"kafka": {9092}, "model-server-v1": {50051, 9911}, "model-server-v2": {50052, 9912},
         "router": {50050, 50060, 9000, 9901}, "stream": {9921}}


class ComposeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        (cls.compose,) = read_yaml((ROOT / "docker-compose.yml").read_text())
        cls.services = cls.compose["services"]

    def test_every_port_is_the_documented_one_and_on_loopback(self):
        for name, expected in PORTS.items():
            ports = [port.split(":") for port in self.services[name]["ports"]]
            self.assertEqual({int(inner) for _, _, inner in ports}, expected)
            self.assertTrue(all(host == "127.0.0.1" and outer == inner for host, outer, inner in ports))

    def test_every_mounted_file_is_there(self):
        for name, service in self.services.items():
            for volume in service.get("volumes", []):
                source = volume.split(":")[0]
                if source.startswith("./"):
                    self.assertTrue((ROOT / source).exists(), f"{name}: {source}")
                else:
                    self.assertIn(source, self.compose["volumes"])

    def test_each_waits_for_what_it_needs(self):
        waits = {name: {other: how["condition"] for other, how in self.services[name].get("depends_on", {}).items()}
                 for name in OURS}
        self.assertEqual(waits["router"], {"model-server-v1": "service_healthy",
                                           "model-server-v2": "service_healthy"})
        self.assertEqual(waits["stream"], {"router": "service_healthy",
                                           "kafka-create-topic": "service_completed_successfully"})

    def test_ours_run_read_only_and_every_image_names_a_version(self):
        for name, service in self.services.items():
            self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$")
            if name in OURS:
                self.assertTrue(service["read_only"])
                self.assertEqual(service["cap_drop"], ["ALL"])


if __name__ == "__main__":
    unittest.main()
