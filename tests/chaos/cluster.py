"""The processes of a chaos run: each can be killed, stopped and started again by its name.

Everything is started by the thread that made the cluster: a child dies with the thread it came from.
"""
import os
import pathlib
import signal
import subprocess
import sys

import configs
from plan import BROKER, LINKS, MODEL_SERVERS, ROUTERS, STREAMS
from stack.ports import free_port
from stack.process import STOP_SECONDS, Process, ProcessFailed, wait_until
from stack.stack import ROOT, binary, http_status
from vitals import vitals

HERE = pathlib.Path(__file__).resolve().parent
TOPICS = {"revisions": 1} | {f"{job}-{end}": count for job in configs.JOBS
                             for end, count in (("in", 4), ("out", 4), ("dead", 1))}
PROGRAMS = ({name: [binary("serin-model-server")] for name in MODEL_SERVERS}
            | {name: [binary("serin-router")] for name in ROUTERS}
            | {name: [binary("serin-stream"), "run"] for name in STREAMS})
READY_SECONDS = 60
LINK_TARGETS = {name: name for name in MODEL_SERVERS} | {"to-pair": "pair-a", "to-solo": "solo"}


class Cluster:
    """`disk`: a folder on a small file system of its own, for solo's revision log."""

    def __init__(self, folder, disk, journal):
        self.folder, self._disk, self._journal = pathlib.Path(folder), disk, journal
        self.processes = {}
        self._generation = 0
        self._broker_start = None
        self.ports = self._choose_ports()
        self.kafka = f"127.0.0.1:{self.ports[BROKER]}"
        self.links = None

    def _choose_ports(self):
        names = [BROKER, *(f"link {name}" for name in LINKS)]
        for name in PROGRAMS:
            names += [name, f"{name} admin", f"{name} control"]
        ports = {}
        for name in names:
            ports[name] = free_port(set(ports.values()))
        return ports

    # The way up and down.

    def start_all(self):
        self.start(BROKER)
        wait_until(lambda: self.is_ready(BROKER), "the broker", READY_SECONDS)
        self._create_topics()
        self._start_links()
        for name in PROGRAMS:
            self.start(name)
        wait_until(lambda: all(map(self.is_ready, PROGRAMS)), "all processes", READY_SECONDS,
                   self.processes.values())

    def stop_all(self):
        """Asks everything to end; name -> exit code."""
        for process in self.processes.values():
            process.ask_to_stop()
        # A second SIGTERM would cut the way down short.
        codes = {name: process.wait(STOP_SECONDS) for name, process in self.processes.items()}
        for process in self.processes.values():
            process.stop()
        if self.links:
            self.links.stop()
        subprocess.run([ROOT / "tools/kafka", "stop", "--dir", self._kafka_folder()], check=False,
                       capture_output=True)
        return codes

    def _create_topics(self):
        creating = [subprocess.Popen([ROOT / "tools/kafka", "create-topic", topic, str(partitions), "--dir",
                                      self._kafka_folder()], stdout=subprocess.DEVNULL)
                    for topic, partitions in TOPICS.items()]
        if any(process.wait(60) for process in creating):
            raise ProcessFailed("could not create the topics")

    def _start_links(self):
        words = [f"{name}={self.ports[f'link {name}']}:{self.ports[target]}"
                 for name, target in LINK_TARGETS.items()]
        self.links = Process("links", [sys.executable, HERE / "links.py", *words],
                             self.folder / "links.log", ROOT, output=subprocess.PIPE, keep_input=True)
        if self.links.stdout.readline() != b"ready\n":
            raise ProcessFailed(f"links: {self.links.last_words()}")

    # One process.

    def start(self, name):
        if name == BROKER:
            command = [ROOT / "tools/kafka", "start", "--port", str(self.ports[BROKER]), "--dir",
                       self._kafka_folder(), "--with", str(os.getpid())]
            self._broker_start = Process("kafka", command, self.folder / "kafka-start.log", ROOT)
            return
        self._generation += 1
        config = self.folder / f"{name}.yaml"
        config.write_text(self._config(name))
        self.processes[name] = Process(name, [*PROGRAMS[name], "--config", config],
                                       self.folder / f"{name}.{self._generation:04}.log", ROOT)

    def _config(self, name):
        if name in MODEL_SERVERS:
            return configs.model_server(ROOT, name, self.ports)
        if name in ROUTERS:
            return configs.router(name, self.ports, self.kafka, self._disk)
        return configs.stream(name, self.ports, self.kafka)

    def is_ready(self, name):
        if name == BROKER:
            return self._broker_start.exit_code() == 0
        return http_status(self.ports[f"{name} admin"], "/readyz") == 200

    def has_failed(self, name):
        """Whether a process that was started has ended instead of becoming ready."""
        process = self._broker_start if name == BROKER else self.processes[name]
        return process.exit_code() not in (None, 0 if name == BROKER else None)

    def pid(self, name):
        """None when it does not run."""
        if name == BROKER:
            file = self._kafka_folder() / "kafka.pid"
            pid = int(file.read_text().split()[0]) if file.exists() else 0
            return pid if vitals(pid) else None
        process = self.processes.get(name)
        return process.pid if process and process.exit_code() is None else None

    def signal(self, name, number):
        pid = self.pid(name)
        if pid:
            os.kill(pid, number)

    def kill(self, name):
        self.signal(name, signal.SIGKILL)
        self.reap(name)

    def reap(self, name):
        """Clears away what is left of a process that has ended; its exit code (0 for the broker, which
        is not our child)."""
        if name == BROKER:
            # It may still be seen for an instant, and tools/kafka starts no second one.
            (self._kafka_folder() / "kafka.pid").unlink(missing_ok=True)
            return 0
        return self.processes[name].stop()

    def link(self, *words):
        self.links.tell(" ".join(map(str, words)))

    def ballast(self):
        """The file that fills the disk of solo's revision log."""
        return pathlib.Path(self._disk) / "ballast"

    def _kafka_folder(self):
        return self.folder / "kafka"
