"""Calls at a constant rate, whatever becomes of those before: at rates that the load generator bears beside proxy and
servers on a small machine."""
from peers import PEERS
from stage import Stage, medians

SECONDS = 10
RATES = (1_000, 2_000, 5_000)


def at(stage, rate, options):
    """Target -> its row, and what it adds to calls without a proxy at the same rate."""
    rows = medians([{target: stage.pace(target, rate, SECONDS * options.scale) for target in ("direct", *PEERS)}
                    for _ in range(options.rounds)])
    for target, row in rows.items():
        least, most = row["spread"]["p99_us"]
        row["added"] = {figure: row[figure] - rows["direct"][figure] for figure in ("p50_us", "p99_us")}
        print(f"{target:14} {rate:9} {row['p50_us']:7.0f} {row['p99_us']:7.0f} {least:8.0f}-{most:<8.0f} "
              f"{row['added']['p50_us']:7.0f} {row['added']['p99_us']:7.0f}", flush=True)
    return {"calls_per_s": rate, "rows": rows}


def table(options):
    with Stage(options.folder, options.binaries, PEERS) as stage:
        print(f"\n{'open loop':14} {'calls/s':>9} {'p50 us':>7} {'p99 us':>7} {'least-most':>17}   added p50, p99")
        return {"rates": [at(stage, rate, options) for rate in RATES]}
