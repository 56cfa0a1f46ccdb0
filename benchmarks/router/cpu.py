"""CPU time of processes with all their children, from /proc."""
import os
import pathlib

_TICKS = os.sysconf("SC_CLK_TCK")


def _children(pid):
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        yield from (int(child) for child in (task / "children").read_text().split())


def cpu_seconds(pid):
    """User and system time used so far by the process and the children it has now."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / _TICKS
    return own + sum(cpu_seconds(child) for child in _children(pid))


def resident_mib(pid):
    """Resident memory of the process and its children."""
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    own = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return own + sum(resident_mib(child) for child in _children(pid))
