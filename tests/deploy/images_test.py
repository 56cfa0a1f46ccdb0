"""The Dockerfile keeps our policies, and where a Docker engine answers, the images that were built
run without a shell, without root and on a read-only file system."""
import json
import re
import shutil
import unittest

from support import DEPLOY, ROOT, docker, skip
from stack.process import wait_until

DOCKERFILE = (DEPLOY / "docker/Dockerfile").read_text()
TARGETS = ("model-server", "router", "stream", "serinctl")
LARGEST_MB = 60


def stages():
    """Stage name -> its text."""
    parts = re.split(r"(?m)^FROM \S+ AS (\S+)\n", DOCKERFILE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def images():
    """Target -> image, of those that were built here; empty without a Docker engine."""
    if not shutil.which("docker") or docker("info", "--format", "{{.ServerVersion}}")[0] != 0:
        return {}
    version = re.search(r"(?m)^project\(\S+ VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    built = {target: f"serin/{target}:{version}" for target in TARGETS}
    return {target: image for target, image in built.items() if docker("image", "inspect", image)[0] == 0}


class DockerfileTest(unittest.TestCase):
    def test_there_is_a_target_for_every_process_on_one_runtime(self):
        self.assertEqual([name for name in stages() if name not in ("build", "runtime")], list(TARGETS))
        for target in TARGETS:
            self.assertIn(f"FROM runtime AS {target}\n", DOCKERFILE)

    def test_nothing_runs_as_root_or_through_a_shell(self):
        self.assertRegex(stages()["runtime"], r"(?m)^USER 65532:65532$")
        for target in TARGETS:
            self.assertNotIn("USER", stages()[target])
            for word in ("ENTRYPOINT", "CMD"):
                self.assertRegex(stages()[target], rf"(?m)^{word} \[")

    def test_every_process_has_a_health_check_on_its_own_port(self):
        ports = {"model-server": 9911, "router": 9901, "stream": 9921}
        for target, port in ports.items():
            self.assertIn(f'CMD ["serin-probe", "http://127.0.0.1:{port}/readyz"]', stages()[target])

    def test_no_image_is_taken_without_its_version(self):
        self.assertIn("ARG BASE_IMAGE=debian:bookworm-slim\n", DOCKERFILE)
        self.assertNotIn("latest", DOCKERFILE)


class BuiltImagesTest(unittest.TestCase):
    def setUp(self):
        self.images = images()
        if not self.images:
            skip(self.id(), "no image was built here with a running Docker engine (make containers)")

    def test_each_runs_on_a_read_only_file_system(self):
        for target, image in self.images.items():
            with self.subTest(target):
                code, text = docker("run", "--rm", "--network", "none", "--read-only", image, "--help")
                self.assertEqual(code, 0, text)

    def test_a_model_server_becomes_healthy_by_its_own_probe(self):
        config = DEPLOY / "k8s/base/config/model-server-v1.yaml"
        code, name = docker("run", "-d", "--network", "none", "--read-only", "--cap-drop", "ALL", "-v",
                            f"{config}:/etc/serin/model-server.yaml:ro", self.images["model-server"])
        self.assertEqual(code, 0, name)
        self.addCleanup(docker, "rm", "-f", name.strip())
        state = ["inspect", "-f", "{{.State.Status}} {{.State.Health.Status}}", name.strip()]
        wait_until(lambda: docker(*state)[1].strip() == "running healthy", "a healthy container", 30)
        self.assertEqual(docker("stop", name.strip())[0], 0)
        self.assertEqual(docker("inspect", "-f", "{{.State.ExitCode}}", name.strip())[1].strip(), "0")

    def test_each_has_labels_and_a_user(self):
        for target, image in self.images.items():
            with self.subTest(target):
                config = json.loads(docker("image", "inspect", image)[1])[0]["Config"]
                self.assertEqual(config["User"], "65532:65532")
                self.assertRegex(config["Labels"]["org.opencontainers.image.revision"], r"^[0-9a-f]{40}$")

    def test_each_adds_little_to_its_base(self):
        for target, image in self.images.items():
            with self.subTest(target):
                history = docker("history", "--human=false", "--format", "{{.Size}}", image)[1].split()
                *added, _base = map(int, history)
                print(f"{image}: {sum(added) / 1e6:.1f} MB above its base")
                self.assertLess(sum(added) / 1e6, LARGEST_MB)


if __name__ == "__main__":
    unittest.main()
