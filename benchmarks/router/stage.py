"""The model servers and the proxies of a comparison, and the load on them."""
import re
import statistics
import subprocess

import cpu
from peers import OTHERS, Bench

from stack.ports import free_port, is_free  # peers.py has put tools/ on the path
from stack.process import ProcessFailed, wait_until

LOAD_REPORT = re.compile(r"in ([\d.]+) s: (\d+) calls/s, (\d+) items/s, p50 (\d+) us, p99 (\d+) us")
PACE_REPORT = re.compile(r"calls (\d+) errors (\d+) p50 (\d+) p99 (\d+)")


class Stage:
    """The running processes; a context that takes them down."""

    def __init__(self, folder, binaries, targets, servers=2, one_cpu=False):
        """`servers` model servers, and before them the proxies `targets`, {name: start(bench, port)};
        all on the first CPU if `one_cpu`. The target "direct" is the first of the servers. A proxy of
        others that cannot be started is named and left out."""
        self._bench = Bench(folder, binaries, one_cpu)
        self._binaries = binaries
        self._targets = targets
        self._servers_wanted = servers
        self._ports = {}
        self._processes = []
        self._servers = []
        self._proxies = {}

    def _start(self, start, name):
        port = self._ports[name] = free_port(self._ports.values())
        process = start(port)
        self._processes.append(process)
        wait_until(lambda: not is_free(port), name, 20, alive=[process])
        return process

    def __enter__(self):
        try:
            for n in range(1, self._servers_wanted + 1):
                name = f"server-{n}"
                self._servers.append(self._start(lambda port, name=name: self._bench.model_server(name, port),
                                                 name))
            self._ports["direct"] = self._bench.servers[0]
            for name, start in self._targets.items():
                try:
                    self._proxies[name] = self._start(lambda port, start=start: start(self._bench, port), name)
                except (OSError, ProcessFailed) as error:
                    if name not in OTHERS:
                        raise
                    print(f"left out: {name}: {error}", flush=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        for process in reversed(self._processes):
            process.stop()

    @property
    def targets(self):
        return ["direct", *self._proxies]

    def address(self, target):
        return f"127.0.0.1:{self._ports[target]}"

    def cpu(self, target):
        """CPU seconds so far of the proxy, and of the servers."""
        proxy = self._proxies.get(target)
        return (cpu.cpu_seconds(proxy.pid) if proxy else 0.0,
                sum(cpu.cpu_seconds(server.pid) for server in self._servers))

    def _ask(self, report, target, command, may_fail=False):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = report.search(done.stdout)
        if not found or (done.returncode != 0 and not may_fail):
            raise SystemExit(f"{target}: {done.stdout}{done.stderr}")
        return [float(value) for value in found.groups()]

    def load(self, target, arguments, calls):
        """One run of serin-load: its rate, latency and the CPU seconds of proxy and servers."""
        before = self.cpu(target)
        seconds, rate, _, p50, p99 = self._ask(
            LOAD_REPORT, target, [self._binaries / "serin-load", "--target", self.address(target),
                                  "--calls", str(calls), *arguments])
        after = self.cpu(target)
        return {"seconds": seconds, "rate": rate, "p50_us": p50, "p99_us": p99,
                "proxy_s": after[0] - before[0], "servers_s": after[1] - before[1]}

    def pace(self, target, rate, seconds):
        """One run of serin-pace at so many calls a second: its latencies, and how many calls failed, as
        they do when it is more than the target bears."""
        _, errors, p50, p99 = self._ask(
            PACE_REPORT, target, [self._binaries / "serin-pace", "--target", self.address(target),
                                  "--rate", str(rate), "--seconds", str(seconds), "--every", "600", "--timeout", "5"],
            may_fail=True)
        return {"p50_us": p50, "p99_us": p99, "errors": errors}

    def resident_mib(self):
        return {name: cpu.resident_mib(proxy.pid) for name, proxy in self._proxies.items()}


def medians(rounds):
    """[{target: {figure: value}}] to {target: {figure: median, ..., "spread": {figure: [least, most]}}}."""
    rows = {}
    for target, figures in rounds[0].items():
        values = {figure: [one[target][figure] for one in rounds] for figure in figures}
        rows[target] = {figure: statistics.median(seen) for figure, seen in values.items()}
        rows[target]["spread"] = {figure: [min(seen), max(seen)] for figure, seen in values.items()}
    return rows


def costs(run, units):
    """The figures of a run of Stage.load in which so many calls or items were answered."""
    return {"proxy_us": run["proxy_s"] / units * 1e6, "servers_us": run["servers_s"] / units * 1e6,
            "sum_us": (run["proxy_s"] + run["servers_s"]) / units * 1e6,
            "per_s": units / run["seconds"], "p50_us": run["p50_us"], "p99_us": run["p99_us"]}
