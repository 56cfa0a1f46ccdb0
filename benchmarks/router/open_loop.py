"""Calls at a constant rate, whatever becomes of those before."""
from peers import PEERS
from stage import Stage, medians

SECONDS = 4
RATES = (1_000, 5_000)
CAPACITY = ["--mode", "unary", "--in-flight", "64", "--connections", "4"]


def capacity(stage, options):
    """Calls a second through the router when they are sent as fast as they are answered, the better of two."""
    return max(stage.load("serin", CAPACITY, int(60_000 * options.scale))["rate"] for _ in range(2))


def at(stage, rate, options):
    """Target -> its row, and what it adds to calls without a proxy at the same rate."""
    rows = medians([{target: stage.pace(target, rate, SECONDS * options.scale) for target in stage.targets}
                    for _ in range(options.rounds)])
    for target, row in rows.items():
        least, most = row["spread"]["p99_us"]
        row["added"] = {figure: row[figure] - rows["direct"][figure] for figure in ("p50_us", "p99_us")}
        failed = f"   {row['errors']:.0f} failed" if row["errors"] else ""
        print(f"{target:14} {rate:9} {row['p50_us']:7.0f} {row['p99_us']:7.0f} {least:8.0f}-{most:<8.0f} "
              f"{row['added']['p50_us']:7.0f} {row['added']['p99_us']:7.0f}{failed}", flush=True)
    return {"calls_per_s": rate, "rows": rows}


def table(options):
    with Stage(options.folder, options.binaries, PEERS) as stage:
        rates = (*RATES, int(capacity(stage, options) / 2))
        print(f"\n{'open loop':14} {'calls/s':>9} {'p50 us':>7} {'p99 us':>7} {'least-most':>17}   added p50, p99")
        return {"rates": [at(stage, rate, options) for rate in rates]}
