"""gRPC to routers and model servers from Python, on messages generated from proto/ at run time."""
import pathlib
import subprocess
import sys

import grpc
import grpc.aio

ROOT = pathlib.Path(__file__).resolve().parents[2]
# A client that finds a router again soon after it was away.
OPTIONS = (("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50),
           ("grpc.max_reconnect_backoff_ms", 200), ("grpc.use_local_subchannel_pool", 1))


def generate(folder):
    """Writes the messages' Python modules to `folder` and makes them importable."""
    folder = pathlib.Path(folder)
    folder.mkdir(exist_ok=True)
    subprocess.run(["protoc", "-I", ROOT / "proto", f"--python_out={folder}",
                    "serin/v1/predictor.proto", "serin/v1/canary_admin.proto"], check=True)
    sys.path.insert(0, str(folder))


class Client:
    """Calls unary methods by name: await client.call("Predictor/Predict", request, Answer, seconds)."""

    def __init__(self, address):
        self.channel = grpc.aio.insecure_channel(address, options=OPTIONS)
        self._methods = {}

    async def call(self, method, request, answer, seconds):
        if method not in self._methods:
            self._methods[method] = self.channel.unary_unary(
                f"/serin.v1.{method}", request_serializer=type(request).SerializeToString,
                response_deserializer=answer.FromString)
        return await self._methods[method](request, timeout=seconds)
