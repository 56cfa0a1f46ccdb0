"""What the end-to-end tests share: the stack, a real Kafka, grpcurl and kcat as foreign clients."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
GRPCURL = ROOT / ".data" / "bin" / "grpcurl"
# An environment with foreign clients, and the programs that run in it.
VENV_PYTHON = ROOT / ".data" / "venv-clients" / "bin" / "python"
TRITON_CLIENT = pathlib.Path(__file__).with_name("triton_client.py")
CONFLUENT_CLIENT = pathlib.Path(__file__).with_name("confluent_client.py")


class RpcFailed(Exception):
    """A call that grpcurl saw fail; the text holds code and message."""


def grpcurl(address, method, request):
    """Calls a method; both messages as dictionaries."""
    done = subprocess.run([GRPCURL, "-plaintext", "-d", "@", address,
                           method], input=json.dumps(request), capture_output=True, text=True,
                          timeout=30)
    if done.returncode != 0:
        raise RpcFailed(done.stderr)
    return json.loads(done.stdout)


def temporary_folder(add_cleanup):
    """A folder that goes away by one of unittest's addCleanup methods."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="serin-e2e-"))
    add_cleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


def is_running(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] != "Z"


class Kafka:
    """A real broker in a folder of its own, on a free port unless one is given. `properties` are the
    broker's, with __ for each dot; `listeners` are more of them, protocol -> port."""

    def __init__(self, folder, port=0, listeners=None, **properties):
        self._folder = folder
        self._set = [word for name, value in properties.items()
                     for word in ("--set", f"{name.replace('__', '.')}={value}")]
        for protocol, listener_port in (listeners or {}).items():
            self._set += ["--listener", f"{protocol}:{listener_port}"]
        self.address = self._start(port)

    def stop(self):
        self._run("stop")

    def start_again(self):
        """After a stop: the same topics at the same address."""
        self._start(self.address.rsplit(":", 1)[1])

    def grow_topic(self, topic, partitions):
        self._run("grow-topic", topic, str(partitions))

    def delete_topic(self, topic):
        self._run("delete-topic", topic)

    def deny_writing(self, topic):
        """Needs an authorizer."""
        self._run("deny-writing", topic)

    def create_topics(self, **partitions):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            list(pool.map(lambda item: self._run("create-topic", item[0].replace("_", "-"), str(item[1])),
                          partitions.items()))

    def create_topic(self, topic, partitions, config):
        """With settings of its own, by name."""
        words = [word for name, value in config.items() for word in ("--config", f"{name}={value}")]
        self._run("create-topic", topic, str(partitions), *words)

    def produce(self, topic, key, value):
        """One record with exactly these bytes; None is a null value."""
        command = ["kcat", "-q", "-b", self.address, "-P", "-t", topic, "-X", "message.max.bytes=4000000"]
        if not value:
            # kcat sends no record for an empty file; -Z makes an empty value a null.
            command += ["-K", ":"] + ([] if value == b"" else ["-Z"])
            subprocess.run(command, input=f"{key}:\n".encode(), check=True, timeout=30)
            return
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            file.write(value)
            file.flush()
            subprocess.run([*command, "-k", key, file.name], check=True, timeout=30)

    def _start(self, port):
        return self._run("start", "--port", str(port), "--with", str(os.getpid()), *self._set).strip()

    def _run(self, *words):
        done = subprocess.run([ROOT / "tools/kafka", *words, "--dir", self._folder],
                              capture_output=True, text=True, timeout=90)
        if done.returncode != 0:
            raise RuntimeError(f"tools/kafka {words}: {done.stderr}")
        return done.stdout
