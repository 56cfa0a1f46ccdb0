"""Draws dashboards as SVG: lines over time, or the last numbers of a panel. Pure."""
import dataclasses
from xml.sax.saxutils import escape

COLUMN, ROW, MARGIN = 40, 28, 8   # pixels of Grafana's grid, which has 24 columns
COLOURS = ["#3274d9", "#e0752d", "#56a64b", "#a352cc", "#c4162a", "#1fa8a8", "#8f8f00", "#7a7a7a"]
LEGEND_ROWS = 4


@dataclasses.dataclass(frozen=True)
class Panel:
    title: str
    kind: str      # "stat" or "timeseries"
    unit: str      # Grafana's name of it
    grid: dict     # x, y, w, h in Grafana's grid
    lines: list    # (name, [(seconds, value)])


def number(value, unit):
    if unit == "percentunit":
        return f"{100 * value:.4g} %"
    if unit == "s":
        for size, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
            if abs(value) >= size:
                return f"{value / size:.3g} {name}"
        return f"{value * 1e6:.2g} µs"
    suffix = {"reqps": "/s", "ops": "/s"}.get(unit, "")
    return f"{value:,.0f}{suffix}" if abs(value) >= 100 else f"{value:.3g}{suffix}"


def text(x, y, words, size=11, colour="#444", anchor="start", weight="normal"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}" text-anchor="{anchor}" '
            f'font-weight="{weight}">{escape(words)}</text>')


def stat(panel, box):
    """The last value of each line, side by side."""
    x, y, width, height = box
    count = max(len(panel.lines), 1)
    size = 26 if count < 4 else 16
    for index, (name, points) in enumerate(panel.lines):
        middle = x + width * (index + 0.5) / count
        yield text(middle, y + height / 2, number(points[-1][1], panel.unit), size, "#222", "middle", "bold")
        # Names of neighbours stand on two heights: they may be long.
        yield text(middle, y + height / 2 + 20 + 14 * (index % 2), name, 10, "#666", "middle")


def chart(panel, box, seconds):
    x, y, width, height = box
    left, right, top = x + 56, x + width - 8, y + 8
    rows = min(LEGEND_ROWS, (len(panel.lines) + 1) // 2)
    bottom = y + height - 22 - 13 * rows
    largest = max((value for _, points in panel.lines for _, value in points), default=0) or 1
    for part in (0, 0.5, 1):
        at = bottom - (bottom - top) * part
        yield f'<line x1="{left:.0f}" x2="{right:.0f}" y1="{at:.0f}" y2="{at:.0f}" stroke="#e4e4e4"/>'
        yield text(left - 5, at + 4, number(largest * part, panel.unit), 10, "#888", "end")
    yield text(left, bottom + 13, "0 s", 10, "#888")
    yield text(right, bottom + 13, f"{seconds:.0f} s", 10, "#888", "end")
    for index, (name, points) in enumerate(panel.lines):
        colour = COLOURS[index % len(COLOURS)]
        across, up = (right - left) / seconds, (bottom - top) / largest
        path = " ".join(f"{left + across * at:.1f},{bottom - up * value:.1f}" for at, value in points)
        yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        if index < 2 * LEGEND_ROWS:
            column, row = index % 2, index // 2
            yield text(left + column * (right - left) / 2, bottom + 28 + 13 * row, f"– {name}", 10, colour)


def draw_panel(panel, seconds):
    grid = panel.grid
    x, y = MARGIN + grid["x"] * COLUMN, 40 + grid["y"] * ROW
    width, height = grid["w"] * COLUMN - MARGIN, grid["h"] * ROW - MARGIN
    yield f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="#fff" stroke="#d8d8d8" rx="3"/>'
    yield text(x + 10, y + 18, panel.title, 12, "#222", weight="bold")
    box = (x, y + 24, width, height - 24)
    yield from stat(panel, box) if panel.kind == "stat" else chart(panel, box, seconds)


def draw(title, seconds, panels):
    """The picture of one dashboard over so many seconds, as SVG text."""
    width = 24 * COLUMN + MARGIN
    height = 40 + MARGIN + ROW * max(panel.grid["y"] + panel.grid["h"] for panel in panels)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
             f'height="{height}" font-family="sans-serif">',
             f'<rect width="{width}" height="{height}" fill="#f4f5f5"/>',
             text(MARGIN + 4, 26, title, 16, "#222", weight="bold")]
    for panel in panels:
        parts += draw_panel(panel, seconds)
    return "\n".join([*parts, "</svg>", ""])
