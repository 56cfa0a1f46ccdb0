"""How the cost of a text through the router grows: with calls in flight, items a batch, length of a text."""
from peers import Bench
from stage import Stage, costs, medians

TEXTS = 30_000  # a point
IN_FLIGHT = (1, 4, 16, 64, 256, 1024)
ITEMS = (1, 4, 16, 64, 256, 1024, 4096)
LENGTHS = (10, 100, 1000, 10_000)
WORDS = "the food was great but the service was not good at all "


def unary(in_flight, text=None):
    return (["--mode", "unary", "--in-flight", str(in_flight), "--connections", "4",
             *(["--text", text] if text else [])], 1)


def points():
    """Label -> (serin-load's arguments, texts a call)."""
    yield from ((f"{n} in flight", unary(n)) for n in IN_FLIGHT)
    yield from ((f"batch of {n}", (["--mode", "batch", "--in-flight", "4", "--connections", "4", "--items", str(n)],
                                   n)) for n in ITEMS)
    yield from ((f"{n:,} characters", unary(64, (WORDS * (n // len(WORDS) + 1))[:n])) for n in LENGTHS)


def table(options):
    with Stage(options.folder, options.binaries, {"serin": Bench.serin}) as stage:

        def measure():
            rows = {}
            for label, (arguments, items) in points():
                calls = max(8, int(TEXTS * options.scale) // items)
                rows[label] = costs(stage.load("serin", arguments, calls), calls * items)
            return rows

        rows = medians([measure() for _ in range(options.rounds)])
    print(f"\n{'growth':18} {'router us':>9} {'servers':>8} {'texts/s':>9} {'p50 us':>8} {'p99 us':>8}")
    for label, row in rows.items():
        print(f"{label:18} {row['proxy_us']:9.2f} {row['servers_us']:8.2f} {row['per_s']:9.0f} "
              f"{row['p50_us']:8.0f} {row['p99_us']:8.0f}", flush=True)
    return {"rows": rows}
