"""A control chart: one series with the limits that its own past sets. Nothing is calculated here."""

from __future__ import annotations

from datetime import date
from functools import partial

import pandas as pd

from dbv_analysis.charts import style
from dbv_analysis.charts.lines import INCHES, label_values, mark_days
from dbv_analysis.charts.style import ACCENT, GREY, INK, SMALL
from dbv_analysis.charts.text import Write
from dbv_analysis.compare.control_limits import Xmr
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.wording import listed, upper_first


def control_chart(
    rows: pd.DataFrame,
    limits: Xmr,
    *,
    title: str,
    name: str,
    measure: str,
    write: Write,
    caption: list[str],
    start: date | None = None,
) -> Figure:
    """One series with its centre and limits; a value that departs from them is ringed and named.

    Args:
        rows: result rows, one a value, in order.
        limits: centre, limits and signals, as ``control_limits.xmr`` gives them.
        name: whose series it is.
        start: the programme's first day, marked where it is given.
    """
    kind = "trial limit" if limits.trial else "limit"
    levels = {"centre": limits.centre, f"lower {kind}": max(limits.lower, 0), f"upper {kind}": limits.upper}
    first, last = (f"{write(row['value'])} in {row['period_label']}" for _, row in rows.iloc[[0, -1]].iterrows())
    texts = ", ".join(f"{level} {write(value)}" for level, value in levels.items())
    departed = ["yes" if row in limits.signals else "no" for row in range(len(rows))]
    departs = listed(rows["period_label"].iloc[list(limits.signals)])
    return style.as_block(
        partial(_draw, rows, limits.signals, levels, name, write, start),
        INCHES[1],
        title=title,
        alt=f"Control chart: {measure}. {name}: {first}, {last}. {upper_first(texts)}. "
        f"{f'Departs: {departs}' if departs else 'No value departs from them'}.",
        caption=caption,
        table=Table(
            measure,
            ["Period", name, *map(upper_first, levels), "Departs"],
            [
                [row.period_label, write(row.value), *map(write, levels.values()), answer]
                for row, answer in zip(rows.itertuples(), departed, strict=True)
            ],
        ),
    )


def _draw(
    rows: pd.DataFrame, signals: tuple[int, ...], levels: dict[str, float], name: str, write: Write, start: date | None
) -> bytes:
    figure, axes = style.pyplot().subplots(figsize=INCHES, dpi=style.DPI)
    for level, value in levels.items():
        axes.axhline(value, color=GREY, linewidth=1.6, linestyle="-" if level == "centre" else "--")
    axes.plot("period_end", "value", data=rows, color=ACCENT, linewidth=2.6, marker="o", markersize=5)
    axes.set_ylim(0, max(rows["value"].max(), *levels.values()) * (1.13 if signals else 1.05))
    for where in rows[["period_end", "value"]].iloc[list(signals)].itertuples(index=False, name=None):
        axes.plot(*where, "o", markersize=13, markeredgecolor=INK, markerfacecolor="none")
        axes.annotate("departs", where, (0, 11), textcoords="offset points", ha="center", fontsize=SMALL)
    mark_days(axes, rows, start, ())
    newest = rows["value"].iloc[-1]
    ends = [(value, f"{level} {write(value)}", GREY, False) for level, value in levels.items()]
    label_values(axes, [*ends, (newest, f"{name} {write(newest)}", ACCENT, True)], write)
    last = max(rows["period_end"].iloc[-1], start or date.min)
    years = [date(year, 1, 1) for year in range(rows["period_end"].iloc[0].year, last.year + 1)]
    years = [day for day in years if day >= rows["period_start"].iloc[0]]
    axes.set_xticks(years, [f"January\n{day.year}" for day in years])
    axes.tick_params(axis="x", length=4, color=INK)
    return style.render_png(figure)
