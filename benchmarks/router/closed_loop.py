"""Calls as fast as they are answered: through each proxy, and through the router by endpoints."""
from peers import PEERS, Bench
from stage import Stage, costs, medians

# Mode -> (serin-load's arguments, calls, items a call).
MODES = {
    "unary-64": (["--mode", "unary", "--in-flight", "64", "--connections", "4"], 60_000, 1),
    "unary-1": (["--mode", "unary", "--in-flight", "1", "--connections", "1"], 8_000, 1),
    "batch-64": (["--mode", "batch", "--in-flight", "8", "--connections", "4"], 3_000, 64),
    "stream-64": (["--mode", "stream", "--in-flight", "16", "--connections", "4"], 6_000, 64),
}
ENDPOINTS = (1, 2, 8, 32)


def measure(stage, targets, mode, scale):
    arguments, calls, items = MODES[mode]
    calls = max(100, int(calls * scale))
    return {target: costs(stage.load(target, arguments, calls), calls * items) for target in targets}


def in_turns(stage, targets, mode, options):
    measure(stage, targets, mode, options.scale / 10)
    return medians([measure(stage, targets, mode, options.scale) for _ in range(options.rounds)])


def print_table(title, table, base, figures):
    print(f"\n{title:14} {'proxy us':>9} {'servers':>8} {'sum':>7} {'items/s':>9} {'p50 us':>7} "
          f"{'p99 us':>7}  {'least to most: sum':>19} {'items/s':>15}  {', '.join(figures)} / {base}")
    for target, row in table.items():
        ratios = "  ".join(f"{row[figure] / table[base][figure]:.2f}" if base in table else "-"
                           for figure in figures.values())
        sums, rates = ("{:.{digits}f}-{:.{digits}f}".format(*row["spread"][figure], digits=digits)
                       for figure, digits in (("sum_us", 2), ("per_s", 0)))
        print(f"{target:14} {row['proxy_us']:9.2f} {row['servers_us']:8.2f} {row['sum_us']:7.2f} "
              f"{row['per_s']:9.0f} {row['p50_us']:7.0f} {row['p99_us']:7.0f}  {sums:>19} {rates:>15}  {ratios}",
              flush=True)


def beside_peers(options, mode, one_cpu=False):
    with Stage(options.folder, options.binaries, PEERS, one_cpu=one_cpu) as stage:
        idle = stage.resident_mib()
        table = in_turns(stage, stage.targets, mode, options)
    print_table(f"{mode}, one CPU" if one_cpu else mode, table, "haproxy", {"sum": "sum_us", "rate": "per_s"})
    if mode == next(iter(MODES)):
        print("resident MiB when idle: " + ", ".join(f"{name} {mib:.0f}" for name, mib in idle.items()))
    return {"rows": table, "idle_mib": idle}


def by_endpoints(options):
    routers = {f"{n} endpoint{'s' if n > 1 else ''}":
               lambda bench, port, n=n: Bench.serin(bench, port, f"serin-{n}", endpoints=n) for n in ENDPOINTS}
    with Stage(options.folder, options.binaries, routers, servers=max(ENDPOINTS)) as stage:
        table = in_turns(stage, routers, "unary-64", options)
    print_table("by endpoints", table, next(iter(routers)), {"router": "proxy_us", "sum": "sum_us"})
    return {"rows": table}
