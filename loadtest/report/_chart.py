"""The picture of a run: four panels on one time axis, the moments marked and numbered."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter

from loadtest.record.observations import LoadSample, ReplicaSample, RunRecord
from loadtest.report._moments import moments, target_ongoing_requests
from loadtest.report._series import latency_curve, ongoing

# Where the panels lie in the picture, as shares of its width: the page moves its playhead by them.
LEFT, RIGHT = 0.075, 0.985
# Rows of the moments' numbers above the picture.
_LEVELS = 3
_WIDTH_INCHES, _HEIGHT_INCHES = 12.0, 9.5
_BLUE, _ORANGE, _GREEN, _RED, _GREY = "#0072b2", "#e69f00", "#009e73", "#d55e00", "#767676"
# The text stays text: it can be searched, and a page is a tenth of the size.
_STYLE: Any = {"svg.fonttype": "none", "font.size": 10, "axes.spines.top": False,
          "axes.spines.right": False, "svg.hashsalt": "loadtest"}  # fmt: skip


def end_s(record: RunRecord) -> float:
    load, replicas = record.load[-1:], record.replicas[-1:]
    ends = [*(s.t_s for s in load), *(s.t_s for s in replicas), *(p.end_s for p in record.phases)]
    return max([*ends, 1.0])


def svg(record: RunRecord) -> str:
    text = io.StringIO()
    with mpl.rc_context(_STYLE):
        _draw(record).savefig(text, format="svg", metadata={"Date": None})
    drawing = text.getvalue()
    return drawing[drawing.index("<svg") :]


def png(record: RunRecord) -> bytes:
    """1,680 pixels wide."""
    data = io.BytesIO()
    with mpl.rc_context(_STYLE):
        _draw(record).savefig(data, format="png", dpi=140)
    return data.getvalue()


def _draw(record: RunRecord) -> Figure:
    figure = Figure(figsize=(_WIDTH_INCHES, _HEIGHT_INCHES))
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        4,
        1,
        height_ratios=(3, 3, 2, 2),
        left=LEFT,
        right=RIGHT,
        top=0.94,
        bottom=0.06,
        hspace=0.14,
    )
    panels = [figure.add_subplot(grid[row, 0]) for row in range(4)]
    for panel, draw in zip(panels, (_requests, _latency, _failures, _replicas), strict=True):
        draw(panel, record)
        _frame(panel, record)
        panel.tick_params(labelbottom=panel is panels[-1])
    panels[-1].set_xlabel("seconds since the start")
    _number_moments(panels[0], record)
    return figure


def _frame(panel: Axes, record: RunRecord) -> None:
    panel.set_xlim(0, end_s(record))
    panel.grid(axis="y", color="#e5e5e5", linewidth=0.8)
    panel.set_axisbelow(True)
    if plateau := record.phase("plateau"):
        panel.axvspan(plateau.start_s, plateau.end_s, color="#f2f6fa", zorder=0)
    for moment in moments(record):
        panel.axvline(moment.t_s, color=_GREY, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
    handles, labels = panel.get_legend_handles_labels()
    if handles:
        _make_room(panel)
        panel.legend(handles, labels, loc="upper left", ncols=4, framealpha=0.8, edgecolor="none",
                     borderpad=0.2)  # fmt: skip


def _make_room(panel: Axes) -> None:
    """Raises the panel's top, so that the legend hides no curve."""
    low, high = panel.get_ylim()
    if panel.get_yscale() == "log":
        panel.set_ylim(low, high * (high / low) ** 0.25)
    else:
        panel.set_ylim(low, low + (high - low) * 1.25)


def _number_moments(panel: Axes, record: RunRecord) -> None:
    apart_s = end_s(record) / 45
    last_s = [-1e9] * _LEVELS
    for number, moment in enumerate(moments(record), start=1):
        free = (level for level, t_s in enumerate(last_s) if moment.t_s - t_s >= apart_s)
        level = next(free, last_s.index(min(last_s)))
        last_s[level] = moment.t_s
        panel.annotate(
            str(number), (moment.t_s, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, 4 + 13 * level), textcoords="offset points", ha="center", fontsize=9,
            color="white", bbox={"boxstyle": "round,pad=0.2", "color": _GREY},
        )  # fmt: skip


def _requests(panel: Axes, record: RunRecord) -> None:
    t_s, rps = _times(record.load), [sample.requests for sample in record.load]
    panel.fill_between(t_s, rps, color=_BLUE, alpha=0.15, linewidth=0)
    panel.plot(t_s, rps, color=_BLUE, label="answered")
    if any(sample.asked_rps is not None for sample in record.load):
        asked = _gaps(sample.asked_rps for sample in record.load)
        panel.plot(t_s, asked, color=_GREY, linestyle="--", label="asked")
    wanted = (record.settings.get("rules") or {}).get("min_rps")
    if wanted:
        panel.axhline(wanted, color=_GREEN, linewidth=1, label=f"wanted: {wanted:,.0f}")
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    panel.set_ylabel("requests/s")


def _latency(panel: Axes, record: RunRecord) -> None:
    for name, share, color in (("p99", 0.99, _RED), ("p95", 0.95, _ORANGE), ("p50", 0.50, _BLUE)):
        curve = _gaps(latency_curve(record.load, share))
        panel.plot(_times(record.load), curve, color=color, label=name)
    limit = (record.settings.get("rules") or {}).get("p99_ms")
    if limit:
        panel.axhline(limit, color=_GREEN, linewidth=1, label=f"p99 limit: {limit:g} ms")
    if any(sample.latencies for sample in record.load):
        panel.set_yscale("log")
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())
    panel.set_ylabel("latency, ms")


def _failures(panel: Axes, record: RunRecord) -> None:
    t_s = _times(record.replicas)
    waiting = _gaps(ongoing(sample) for sample in record.replicas)
    panel.plot(t_s, waiting, color=_ORANGE, label="ongoing and queued requests")
    aim = target_ongoing_requests(record)
    if aim:
        aims = [aim * sample.running for sample in record.replicas]
        panel.plot(t_s, aims, color=_GREY, linestyle="--", drawstyle="steps-post",
                   label="aimed at, all replicas")  # fmt: skip
    failures = [sample.failures for sample in record.load]
    panel.bar(_times(record.load), failures, color=_RED, width=1.0, label="failed requests/s")
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    panel.set_ylabel("queue, failures")


def _replicas(panel: Axes, record: RunRecord) -> None:
    t_s = _times(record.replicas)
    running = [sample.running for sample in record.replicas]
    target = [sample.target for sample in record.replicas]
    panel.fill_between(t_s, running, step="post", color=_GREEN, alpha=0.3, linewidth=0)
    panel.step(t_s, running, where="post", color=_GREEN, label="running")
    panel.step(t_s, target, where="post", color=_GREY, linestyle="--", label="target")
    panel.set_ylim(0, max([*running, *target, 1]) + 0.2)
    panel.yaxis.set_major_locator(MaxNLocator(integer=True))
    panel.set_ylabel("replicas")


def _times(samples: Sequence[LoadSample | ReplicaSample]) -> list[float]:
    return [sample.t_s for sample in samples]


def _gaps(values: Iterable[float | None]) -> list[float]:
    return [math.nan if value is None else value for value in values]
