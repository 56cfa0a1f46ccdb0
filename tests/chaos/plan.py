"""What will be done to whom and when: a function of the seed and the duration alone."""
import dataclasses
import random

MODEL_SERVERS = ("v1-a", "v1-b", "v2-a", "v2-b")
ROUTERS = ("solo", "pair-a", "pair-b")
STREAMS = ("once-0", "once-1", "least-0", "least-1")
BROKER = "kafka"
DISK = "disk"  # of the revision log of solo
# Connections that go through a link of ours: to each model server, and from the streams to routers.
LINKS = MODEL_SERVERS + ("to-pair", "to-solo")

# Kind -> how often, how long (seconds, lower and upper bound), whom.
#   kill      SIGKILL, started again after so long
#   restart   SIGTERM, must end with 0, started again at once
#   stop      SIGSTOP for so long
#   slow      stopped four fifths of the time for so long
#   cut       every connection of a link is reset
#   stall     a link carries nothing for so long, then all of it
#   fill      the disk is full for so long
KINDS = {
    "kill": (6, 0.1, 2.0, MODEL_SERVERS + ROUTERS + STREAMS),
    "restart": (3, 0.0, 0.0, MODEL_SERVERS + ROUTERS + STREAMS),
    "stop": (4, 0.2, 3.0, MODEL_SERVERS + ROUTERS + STREAMS + (BROKER,)),
    "slow": (3, 1.0, 4.0, MODEL_SERVERS + ROUTERS + STREAMS + (BROKER,)),
    "cut": (5, 0.0, 0.0, LINKS),
    "stall": (3, 0.2, 2.0, LINKS),
    "fill": (2, 2.0, 5.0, (DISK,)),
}
# The broker takes several seconds to come back, so that it has a rhythm of its own.
BROKER_EVERY_SECONDS = (25, 50)
GAP_SECONDS = (0.3, 2.2)


@dataclasses.dataclass(frozen=True, order=True)
class Fault:
    at: float
    kind: str
    target: str
    seconds: float


def _broker_faults(rng, duration):
    at = rng.uniform(8, 15)
    while at < duration:
        yield Fault(round(at, 3), rng.choice(("kill", "kill", "restart")), BROKER,
                    round(rng.uniform(0.2, 4.0), 3))
        at += rng.uniform(*BROKER_EVERY_SECONDS)


def _other_faults(rng, duration):
    kinds = list(KINDS)
    shares = [KINDS[kind][0] for kind in kinds]
    at = rng.uniform(*GAP_SECONDS)
    while at < duration:
        kind, = rng.choices(kinds, shares)
        _, least, most, targets = KINDS[kind]
        yield Fault(round(at, 3), kind, rng.choice(targets), round(rng.uniform(least, most), 3))
        at += rng.uniform(*GAP_SECONDS)


def make_plan(seed, duration):
    """The faults of so many seconds, in order. The same seed gives the same faults; a longer
    duration only adds some."""
    broker, others = random.Random(f"broker {seed}"), random.Random(f"others {seed}")
    return sorted([*_broker_faults(broker, duration), *_other_faults(others, duration)])
