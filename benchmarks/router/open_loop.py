"""Calls at a constant rate, half of what the router takes at most, whatever becomes of those before."""
from closed_loop import measure
from peers import PEERS
from stage import Stage, medians

SECONDS = 10


def table(options):
    targets = ["direct", *PEERS]
    with Stage(options.folder, options.binaries, PEERS) as stage:
        most = measure(stage, ["serin"], "unary-64", options.scale)["serin"]["per_s"]
        rate = int(most / 2)
        rows = medians([{target: stage.pace(target, rate, SECONDS * options.scale) for target in targets}
                        for _ in range(options.rounds)])
    print(f"\nopen loop at {rate} calls/s, half of the {most:.0f} that the router took\n"
          f"{'':14} {'p50 us':>7} {'p99 us':>7}  added p50, p99")
    for target, row in rows.items():
        print(f"{target:14} {row['p50_us']:7.0f} {row['p99_us']:7.0f}  "
              f"{row['p50_us'] - rows['direct']['p50_us']:6.0f} {row['p99_us'] - rows['direct']['p99_us']:6.0f}",
              flush=True)
    return {"rate": rate, "rows": rows}
