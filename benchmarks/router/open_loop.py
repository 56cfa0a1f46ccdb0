"""Calls at a constant rate, half of what the target takes at most, whatever becomes of those before."""
from closed_loop import measure
from peers import PEERS
from stage import Stage, medians

SECONDS = 10


def table(options):
    with Stage(options.folder, options.binaries, PEERS) as stage:
        most = measure(stage, PEERS, "unary-64", options.scale)
        rates = {target: int(row["per_s"] / 2) for target, row in most.items()}
        rates = {"direct": rates["serin"], **rates}  # to tell what the router adds
        rows = medians([{target: stage.pace(target, rate, SECONDS * options.scale)
                         for target, rate in rates.items()} for _ in range(options.rounds)])
    print(f"\n{'open loop':14} {'calls/s':>9} {'p50 us':>7} {'p99 us':>7}")
    for target, row in rows.items():
        print(f"{target:14} {rates[target]:9} {row['p50_us']:7.0f} {row['p99_us']:7.0f}", flush=True)
    added = {figure: rows["serin"][figure] - rows["direct"][figure] for figure in ("p50_us", "p99_us")}
    print(f"the router adds {added['p50_us']:.0f} us to the p50 and {added['p99_us']:.0f} us to the p99")
    return {"rates": rates, "rows": rows, "added": added}
