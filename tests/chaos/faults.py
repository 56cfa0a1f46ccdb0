"""Does to the cluster what a plan says. Each fault is a generator that yields how long to wait; one
loop, on one thread, turns all of them."""
import heapq
import itertools
import signal
import time

from plan import LINKS, MODEL_SERVERS, ROUTERS, STREAMS

SLOW_PERIOD = (0.02, 0.08)  # runs, stands still
POLL_SECONDS = 0.1
# After a process says that it is ready, those that call it must find it again.
FOUND_AGAIN_SECONDS = 2.0
# Of each group one is always left alone, so that somebody can answer.
GROUPS = (("v1-a", "v1-b"), ("v2-a", "v2-b"), ("pair-a", "pair-b"))
TAKES_AWAY = ("kill", "restart", "cut")


class Scheduler:
    """Runs generators side by side; each yields the seconds until its next turn."""

    def __init__(self):
        self._turns, self._count = [], itertools.count()

    def add(self, at, generator):
        heapq.heappush(self._turns, (at, next(self._count), generator))

    def run(self, until=None):
        """Until nothing is left, or until the time `until`."""
        while self._turns and (until is None or time.monotonic() < until):
            at, _, generator = self._turns[0]
            now = time.monotonic()
            if at > now:
                time.sleep(min(at, until or at) - now if min(at, until or at) > now else 0)
                continue
            heapq.heappop(self._turns)
            try:
                wait = next(generator)
            except StopIteration:
                continue
            self.add(time.monotonic() + wait, generator)


class Faults:
    def __init__(self, cluster, journal):
        self._cluster, self._journal = cluster, journal
        self._busy = {}  # target -> kind
        self.done, self.left_out = 0, 0

    def inflict(self, fault):
        """A generator; leaves the fault out when its target has one already, or when nobody of its
        group would be left."""
        if fault.target in self._busy or self._would_take_the_last(fault):
            self.left_out += 1
            return
        self._busy[fault.target] = fault.kind
        self.done += 1
        yield from getattr(self, f"_{fault.kind}")(fault.target, fault.seconds)
        del self._busy[fault.target]

    def watch(self):
        """Starts again what ended by itself, as a supervisor would, and writes it down. Never ends."""
        while True:
            for name in (*MODEL_SERVERS, *ROUTERS, *STREAMS):
                if name not in self._busy and self._cluster.pid(name) is None:
                    code = self._cluster.reap(name)
                    self._journal.event("ended by itself", name, code=code)
                    self._journal.event("down", name)
                    self._busy[name] = "ended"
                    self._cluster.start(name)
                    yield from self._until_ready(name)
                    del self._busy[name]
            yield POLL_SECONDS

    def busy(self):
        """What is not well again: target -> what was done to it."""
        return dict(self._busy)

    def _would_take_the_last(self, fault):
        if fault.kind not in TAKES_AWAY:
            return False
        return any(fault.target in group and any(self._busy.get(other) in (*TAKES_AWAY, "ended")
                                                 for other in group)
                   for group in GROUPS)

    def _until_ready(self, name):
        while not self._cluster.is_ready(name):
            if self._cluster.has_failed(name):
                self._journal.event("gave up", name, code=self._cluster.reap(name))
                self._cluster.start(name)
            yield POLL_SECONDS
        self._journal.event("up", name)
        if name not in STREAMS:
            yield FOUND_AGAIN_SECONDS

    def _kill(self, name, seconds):
        self._journal.event("down", name, how="kill")
        self._cluster.kill(name)
        yield seconds
        self._cluster.start(name)
        yield from self._until_ready(name)

    def _restart(self, name, _seconds):
        self._journal.event("down", name, how="restart")
        self._cluster.signal(name, signal.SIGTERM)
        while self._cluster.pid(name) is not None:
            yield POLL_SECONDS
        self._journal.event("ended", name, code=self._cluster.reap(name))
        self._cluster.start(name)
        yield from self._until_ready(name)

    def _stop(self, name, seconds):
        self._journal.event("stop", name, seconds=seconds)
        self._cluster.signal(name, signal.SIGSTOP)
        yield seconds
        self._cluster.signal(name, signal.SIGCONT)

    def _slow(self, name, seconds):
        self._journal.event("slow", name, seconds=seconds)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._cluster.signal(name, signal.SIGSTOP)
            yield SLOW_PERIOD[1]
            self._cluster.signal(name, signal.SIGCONT)
            yield SLOW_PERIOD[0]

    def _cut(self, name, _seconds):
        assert name in LINKS
        self._journal.event("cut", name)
        self._cluster.link("cut", name)
        yield FOUND_AGAIN_SECONDS

    def _stall(self, name, seconds):
        self._journal.event("stall", name, seconds=seconds)
        self._cluster.link("stall", name, seconds)
        yield seconds

    def _fill(self, name, seconds):
        self._journal.event("fill", name, seconds=seconds)
        ballast = self._cluster.ballast()
        try:
            with open(ballast, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 12))
        except OSError:
            pass  # full
        yield seconds
        ballast.unlink()
        self._journal.event("freed", name)
