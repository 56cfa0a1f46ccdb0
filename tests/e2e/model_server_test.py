#!/usr/bin/env python3
"""A model server process and its foreign clients: Triton's own client, reloads, SIGTERM, kill -9."""
import os
import shutil
import signal
import subprocess
import unittest

from support import ROOT, TRITON_CLIENT, VENV_PYTHON, grpcurl, temporary_folder
from stack import ports, stack
from stack.process import Process, wait_until

CONFIG = """
listen: 127.0.0.1:{grpc}
admin_listen: 127.0.0.1:{admin}
drain_delay: 1s
repository: {{path: {repository}, poll_interval: 0s, control_rpcs: true, models: [{{name: sentiment, versions: [v1]}}]}}
"""


class Server:
    """One serin-model-server on free ports."""

    def __init__(self, folder, name, repository):
        self.folder, self.name = folder, name
        self.grpc = ports.free_port(())
        self.admin = ports.free_port((self.grpc,))
        self.config = folder / f"{name}.yaml"
        self.config.write_text(CONFIG.format(grpc=self.grpc, admin=self.admin, repository=repository))
        self.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.grpc}"

    def start(self):
        command = [stack.binary("serin-model-server"), "--config", self.config]
        self.process = Process(self.name, command, self.folder / f"{self.name}.log", ROOT)
        wait_until(lambda: stack.http_status(self.admin, "/readyz") == 200,
                   f"waiting for {self.name}", 30, [self.process])


class ModelServerTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary_folder(self.addCleanup)
        self.repository = self.folder / "repository"
        shutil.copytree(ROOT / ".data/repository/sentiment/v1", self.repository / "sentiment/v1")

    def server(self, name="server"):
        server = Server(self.folder, name, self.repository)
        self.addCleanup(lambda: server.process.stop())
        return server

    def test_tritons_own_client_gets_what_it_expects(self):
        server = self.server()
        done = subprocess.run([VENV_PYTHON, TRITON_CLIENT, server.address],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(done.stdout.split("\n")[0], "ok")

    def test_a_killed_server_is_ready_again_with_its_models(self):
        server = self.server()
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.stop()
        server.start()
        answer = grpcurl(server.address, "serin.v1.Predictor/Predict", {"text": "good"})
        self.assertEqual(answer["sentiment"]["label"], "POSITIVE")

    def test_a_client_of_two_servers_sees_no_failure_through_reloads_and_a_sigterm(self):
        one, two = self.server("one"), self.server("two")
        client = subprocess.Popen(
            [VENV_PYTHON, TRITON_CLIENT, "--until-eof", f"ipv4:{one.address},{two.address}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(client.kill)
        self.assertEqual(client.stdout.readline().strip(), "calling")
        for _ in range(100):
            grpcurl(two.address, "inference.GRPCInferenceService/RepositoryModelLoad",
                    {"model_name": "sentiment"})
        one.process.ask_to_stop()
        self.assertEqual(one.process.wait(30), 0)
        # Some more calls on the server that is left.
        grpcurl(two.address, "serin.v1.Predictor/Predict", {"text": "good"})
        out, _ = client.communicate("", timeout=30)
        calls, failures = map(int, out.split())
        self.assertGreater(calls, 100)
        self.assertEqual(failures, 0)


    def test_lists_the_models_and_which_are_selected(self):
        server = self.server()
        shutil.copytree(self.repository / "sentiment/v1", self.repository / "sentiment/v0")
        listed = subprocess.run([stack.binary("serin-model-server"), "--config", server.config, "--list-models"],
                                cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)
        lines = [line.split() for line in listed.stdout.splitlines()]
        self.assertEqual([line[:3] for line in lines], [["sentiment", "v0", "-"], ["sentiment", "v1", "selected"]])

    def test_a_server_without_its_model_ends_with_64_and_names_every_fault(self):
        server = self.server()
        manifest = self.repository / "sentiment/v1/model.yaml"
        manifest.write_text("backend: magic\nbatching: {max_items: -1}\n")
        refused = subprocess.run([stack.binary("serin-model-server"), "--config", server.config],
                                 cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(refused.returncode, 64)
        for fault in ("backend: expected one of", "files: expected a value", "batching.max_items: expected"):
            self.assertIn(fault, refused.stderr)

    def test_the_second_signal_ends_a_drain_at_once(self):
        server = self.server()
        # A call that never ends: grpcurl keeps its stream open as long as its input is.
        call = subprocess.Popen([ROOT / ".data/bin/grpcurl", "-plaintext", "-d", "@", server.address,
                                 "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(call.kill)
        call.stdin.write('{"list_services": ""}\n')
        call.stdin.flush()
        self.assertTrue(call.stdout.readline())
        server.process.ask_to_stop()
        wait_until(lambda: "draining" in server.process.log.read_text(), "the drain", 30)
        server.process.ask_to_stop()
        self.assertEqual(server.process.wait(5), 130)


if __name__ == "__main__":
    unittest.main()
