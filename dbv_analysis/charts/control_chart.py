"""A control chart: one series with the limits that its own past sets. Nothing is calculated here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pandas as pd

from dbv_analysis.charts import style
from dbv_analysis.charts.lines import INCHES, PLOT, label_ends, mark
from dbv_analysis.charts.style import ACCENT, GREY, INK, SMALL
from dbv_analysis.compare.control_limits import Xmr
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.wording import listed


def control_chart(
    rows: pd.DataFrame,
    limits: Xmr,
    *,
    title: str,
    name: str,
    measure: str,
    write: Callable[[float], str],
    caption: list[str],
    start: date | None = None,
) -> Figure:
    """One series with its centre and limits; a value that departs from them is ringed and named.

    Args:
        rows: result rows, one a value, in order.
        limits: centre, limits and signals, as ``impact.control.xmr`` gives them.
        title: the active title.
        name: whose series it is.
        measure: what is measured, with its unit.
        write: a value as text.
        caption: lines on source, population and period.
        start: the programme's first day, marked where it is given.
    """
    kind = "trial limit" if limits.trial else "limit"
    table = Table(
        measure,
        ["Period", name, "Centre", f"Lower {kind}", f"Upper {kind}", "Departs"],
        [
            [
                row.period_label,
                write(row.value),
                write(limits.centre),
                _lower(limits, write),
                write(limits.upper),
                "yes" if place in limits.signals else "no",
            ]
            for place, row in enumerate(rows.itertuples())
        ],
    )
    return style.as_block(
        partial(_draw, rows, limits, name, kind, write, start),
        INCHES[1],
        title=title,
        alt=_alt(rows, limits, name, kind, measure, write),
        caption=caption,
        table=table,
    )


def _lower(limits: Xmr, write: Callable[[float], str]) -> str:
    return write(max(limits.lower, 0))


def _alt(rows: pd.DataFrame, limits: Xmr, name: str, kind: str, measure: str, write: Callable[[float], str]) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    found = [rows.iloc[place]["period_label"] for place in limits.signals]
    return (
        f"Control chart: {measure}. {name}: {write(first['value'])} in {first['period_label']}, {write(last['value'])} "
        f"in {last['period_label']}. Centre {write(limits.centre)}, lower {kind} {_lower(limits, write)}, upper {kind} "
        f"{write(limits.upper)}. {f'Departs: {listed(found)}' if found else 'No value departs from them'}."
    )


def _draw(
    rows: pd.DataFrame, limits: Xmr, name: str, kind: str, write: Callable[[float], str], start: date | None
) -> bytes:
    figure, axes = style.pyplot().subplots(figsize=INCHES, dpi=style.DPI, gridspec_kw=PLOT)
    lower = max(limits.lower, 0)
    axes.axhline(limits.centre, color=GREY, linewidth=1.6)
    for limit in {lower, limits.upper}:
        axes.axhline(limit, color=GREY, linewidth=1.6, linestyle="--")
    axes.plot(rows["period_end"], rows["value"], color=ACCENT, linewidth=2.6, marker="o", markersize=5)
    axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], limits.upper * 1.05))
    for place in limits.signals:
        row = rows.iloc[place]
        axes.plot(row["period_end"], row["value"], "o", markersize=13, markeredgecolor=INK, markerfacecolor="none")
        axes.annotate(
            "departs",
            (row["period_end"], row["value"]),
            xytext=(0, 11),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            color=INK,
        )
    mark(axes, rows, start, ())
    label_ends(
        figure,
        axes,
        [
            (rows["value"].iloc[-1], f"{name} {write(rows['value'].iloc[-1])}", ACCENT, True),
            (limits.centre, f"centre {write(limits.centre)}", GREY, False),
            (lower, f"lower {kind} {write(lower)}", GREY, False),
            (limits.upper, f"upper {kind} {write(limits.upper)}", GREY, False),
        ],
    )
    years = range(
        rows["period_end"].iloc[0].year, max(rows["period_end"].iloc[-1].year, start.year if start else 0) + 1
    )
    newyears = [date(year, 1, 1) for year in years if date(year, 1, 1) >= rows["period_start"].iloc[0]]
    axes.set_xticks(newyears, [f"January\n{day.year}" for day in newyears])
    ticks = style.ticks(*axes.get_ylim(), write)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.tick_params(axis="y", length=0, pad=7)
    axes.tick_params(axis="x", length=4, color=INK)
    return style.render_png(figure)
