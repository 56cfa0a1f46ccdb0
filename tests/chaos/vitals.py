"""What a process holds, from /proc: memory, file descriptors, threads; and who is still there."""
import dataclasses
import os
import pathlib


@dataclasses.dataclass(frozen=True)
class Vitals:
    rss_kb: int
    fds: int
    threads: int


def vitals(pid):
    """None when the process is gone."""
    folder = pathlib.Path(f"/proc/{pid}")
    try:
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        return Vitals(int(status["VmRSS"].split()[0]), len(os.listdir(folder / "fd")),
                      int(status["Threads"]))
    except (OSError, KeyError):
        return None


def marked_processes(name, value):
    """Process ids and command lines of all processes with NAME=VALUE in their environment, but for
    this one and its parents."""
    mark = f"{name}={value}".encode()
    own = set(_ancestry(os.getpid()))
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            if pid not in own and mark in (folder / "environ").read_bytes().split(b"\0"):
                found[pid] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:120]
        except OSError:
            continue
    return found


def _ancestry(pid):
    while pid > 1:
        yield pid
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        pid = int(stat.rsplit(")", 1)[1].split()[1])
