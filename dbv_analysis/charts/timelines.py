"""A timeline: tasks or phases under the groups they belong to, with a line at one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

from dbv_analysis.charts import style
from dbv_analysis.charts.quarters import Quarters
from dbv_analysis.charts.rows import CLEAR, GAP, Rows, label, mark
from dbv_analysis.charts.style import ACCENT, GRID, INCH, MARGIN, SMALL, WHITE, WIDTH, width_of
from dbv_analysis.charts.text import counted, fit_names, height_of, wrap
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.period import format_day
from dbv_analysis.model.wording import listed

MOST = 40  # rows that one picture holds
WIDEST_NAME = 2.55  # inches
BAR = 0.26  # inches high: a word in small type stands within it
NARROWEST = 0.07  # inches: a task of one day is still seen
BETWEEN = 0.1  # inches between two rows' text
TALL = 12  # rows, from which the axis stands under them too
OPEN = timedelta(days=45)  # at least so much is drawn of a task that goes on
ONGOING, NO_DATE = "ongoing", "not given"

# A face, an edge and a hatch for each status: told apart in black and white.
LOOKS = (
    (ACCENT, ACCENT, ""),
    ("#ADD1F1", ACCENT, "////"),
    (WHITE, ACCENT, ""),
    (WHITE, ACCENT, "xxxx"),
    ("#6BACE6", ACCENT, ".."),
    (GRID, ACCENT, "----"),
)


@dataclass(frozen=True)
class Task:
    """A row: a task or a phase of ``group``, its first and last day, and its status in a word or two.

    Without an ``end`` it goes on; without a ``start`` its days are not known, and it has no bar.
    """

    group: str
    name: str
    start: date | None
    end: date | None
    status: str

    @property
    def days(self) -> tuple[str, str]:
        """Its first and last day as text."""
        if self.start is None:
            return NO_DATE, NO_DATE
        return format_day(self.start), format_day(self.end) if self.end else ONGOING


def timeline(
    tasks: list[Task],
    *,
    today: date,
    title: str,
    measure: str,
    caption: list[str],
    noun: str = "task",
    group_header: str = "Group",
    statuses: Sequence[str] = (),
) -> Figure:
    """A row a task under its group, over the quarters of financial years, with a line at ``today``.

    Args:
        tasks: the rows, at most 40; groups stand in the order in which they first appear.
        today: the day marked, to which the statuses refer.
        noun: what a row is, in the singular; its plural takes an "s".
        group_header: what a group is, for the table.
        statuses: the order in which statuses take their looks, so that charts agree; the rest follow.

    Raises ValueError where there is no task, where there are more than 40, where one lacks a word, or
    ends before it starts.
    """
    _check(tasks, noun)
    groups = list(dict.fromkeys(task.group for task in tasks))
    tasks = sorted(tasks, key=lambda task: groups.index(task.group))
    order = list(dict.fromkeys([*statuses, *(task.status for task in tasks)]))
    days = [day for task in tasks if task.start for day in (task.start, task.end or task.start + OPEN)]
    quarters = Quarters.holding([today, *days])
    twice = len(tasks) > TALL
    rows = _rows(tasks, height_of(format_day(today)) + quarters.height * (1 + twice) + 0.1)
    return style.as_block(
        partial(_draw, tasks, rows, quarters, today, order),
        rows.height,
        title=title,
        alt=_alt(tasks, groups, today, measure, noun),
        caption=caption,
        table=Table(
            measure,
            [group_header, noun.capitalize(), "From", "To", "Status"],
            [[task.group, task.name, *task.days, task.status] for task in tasks],
            text_columns=5,
        ),
    )


def _check(tasks: list[Task], noun: str) -> None:
    if not tasks:
        raise ValueError(f"there is no {noun}, so there is nothing to draw")
    if len(tasks) > MOST:
        raise ValueError(
            f"{len(tasks)} {noun}s are too many for one timeline: split them into charts of at most {MOST}"
        )
    for task in tasks:
        if not (task.group.strip() and task.name.strip() and task.status.strip()):
            raise ValueError(
                f'a {noun} needs a group, a name and a status: "{task.group}", "{task.name}", "{task.status}"'
            )
        if task.end and (task.start is None or task.end < task.start):
            raise ValueError(f'"{task.name}" ends before it starts, or ends without a start')
    if all(task.start is None for task in tasks):
        raise ValueError(f"no {noun} has a date, so there is nothing to draw")


def _alt(tasks: list[Task], groups: list[str], today: date, measure: str, noun: str) -> str:
    statuses = Counter(task.status for task in tasks)
    sentences = [
        f"Timeline: {measure}.",
        f"{_span(tasks, today, noun)}.",
        f"Status: {listed(f'{number} {status}' for status, number in statuses.items())}.",
    ]
    if len(groups) > 1:
        for group in groups:
            sentences.append(f"{group}: {_span([task for task in tasks if task.group == group], today, noun)}.")
    return " ".join(sentences)


def _span(tasks: list[Task], today: date, noun: str) -> str:
    """How many tasks, how many are over, and the days from the first start to the last end."""
    over = sum(task.end is not None and task.end < today for task in tasks)
    texts = [counted(len(tasks), noun), f"{over} {'ends' if over == 1 else 'end'} before {format_day(today)}"]
    starts = [task.start for task in tasks if task.start]
    ends = [task.end for task in tasks if task.end]
    if starts:
        texts.append(f"first start {format_day(min(starts))}")
    if ends:
        texts.append(f"last end {format_day(max(ends))}")
    if ongoing := sum(task.start is not None and task.end is None for task in tasks):
        texts.append(f"{ongoing} {ONGOING}")
    if undated := sum(task.start is None for task in tasks):
        texts.append(f"{undated} without dates")
    return ", ".join(texts)


def _rows(tasks: list[Task], around: float) -> Rows:
    names, size = fit_names([task.name for task in tasks], WIDEST_NAME, most=3)
    groups = [task.group for task in tasks]
    heads = ["" if group == before else group for before, group in pairwise(["", *groups])]
    heads = [wrap(head, WIDTH - 3 * MARGIN, bold=True) for head in heads]
    return Rows(names, size, [max(height_of(name, size), BAR) + BETWEEN for name in names], heads=heads, around=around)


def _draw(tasks: list[Task], rows: Rows, quarters: Quarters, today: date, order: list[str]) -> bytes:
    figure, axes = rows.subplots()
    axes.set_yticks(rows.bottoms, minor=True)
    axes.tick_params(axis="y", which="minor", length=rows.width * INCH, color=GRID, width=0.6)
    axes.grid(visible=True, axis="y", which="minor", color=GRID, linewidth=0.6)
    quarters.draw(axes, twice=len(tasks) > TALL)
    mark(axes, today.toordinal(), format_day(today), quarters.height + 0.05)
    for task, middle in zip(tasks, rows.middles, strict=True):
        _draw_task(axes, task, middle, LOOKS[order.index(task.status) % len(LOOKS)], rows.plot_width)
    return style.render_png(figure)


def _draw_task(axes, task: Task, middle: float, look: tuple[str, str, str], inches: float) -> None:
    """A task's bar, pointed where it goes on, and its status beside it or, where there is no room, on it."""
    first, after = axes.get_xlim()
    if task.start is None:
        label(axes, first, middle, f"{task.status}, dates {NO_DATE}", size=SMALL, bbox=CLEAR)
        return
    days = (after - first) / inches  # in an inch
    start = task.start.toordinal()
    end = max(task.end.toordinal() + 1, start + NARROWEST * days) if task.end else after
    point = end if task.end else max(start, end - BAR / 2 * days)
    up, down = middle - BAR / 2, middle + BAR / 2
    face, edge, hatch = look
    corners = [start, point, end, point, start], [up, up, middle, down, down]
    axes.fill(*corners, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=1.3, zorder=3)
    wide = (width_of(task.status, SMALL) + GAP) * days
    if task.end and end + wide <= after:
        x, gap = end, GAP / 2
    elif start - wide >= first:
        x, gap = start, -GAP / 2
    else:
        x, gap = start, GAP
    label(axes, x, middle, task.status, gap, size=SMALL, bbox=CLEAR)
