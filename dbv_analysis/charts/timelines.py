"""A timeline: tasks or phases under the groups they belong to, with a line at one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dbv_analysis.charts import style
from dbv_analysis.charts.canvas import GAP, MARGIN, Canvas, Names, height_of, place_label, wrapped
from dbv_analysis.charts.quarters import DAY, Quarters
from dbv_analysis.charts.style import ACCENT, GRID, SMALL, TEXT, WHITE, WIDTH, width_of
from dbv_analysis.model.blocks import Figure, Table
from dbv_analysis.model.period import format_day
from dbv_analysis.model.wording import listed

MOST = 40  # rows that one picture holds
WIDEST_NAME = 2.55  # inches
BAR = 0.26  # inches high: a word in small type stands within it
NARROWEST = 0.07  # inches: a task of one day is still seen
BETWEEN = 0.12  # inches between two rows' words
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
        title: the active title, at most ten words or so.
        measure: what is shown, for the alt text and the table's caption.
        caption: lines on source and period.
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
    canvas = _draw(tasks, today, order)
    return style.as_block(
        canvas.png,
        canvas.height,
        title=title,
        alt=_alt(tasks, groups, today, measure, noun),
        caption=caption,
        table=Table(
            measure,
            [group_header, noun.capitalize(), "From", "To", "Status"],
            [[task.group, task.name, *_days(task), task.status] for task in tasks],
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


def _days(task: Task) -> tuple[str, str]:
    """A task's first and last day in words."""
    if task.start is None:
        return NO_DATE, NO_DATE
    return format_day(task.start), format_day(task.end) if task.end else ONGOING


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _alt(tasks: list[Task], groups: list[str], today: date, measure: str, noun: str) -> str:
    statuses = Counter(task.status for task in tasks)
    sentences = [
        f"Timeline: {measure}.",
        f"{_span(tasks, today, _counted(len(tasks), noun))}.",
        f"Status: {listed(f'{number} {status}' for status, number in statuses.items())}.",
    ]
    if len(groups) > 1:
        for group in groups:
            inside = [task for task in tasks if task.group == group]
            sentences.append(f"{group}: {_span(inside, today, _counted(len(inside), noun))}.")
    return " ".join(sentences)


def _span(tasks: list[Task], today: date, counted: str) -> str:
    """How many tasks, how many are over, and the days from the first start to the last end."""
    over = sum(task.end is not None and task.end < today for task in tasks)
    words = [counted, f"{over} {'ends' if over == 1 else 'end'} before {format_day(today)}"]
    starts = [task.start for task in tasks if task.start]
    ends = [task.end for task in tasks if task.end]
    if starts:
        words.append(f"first start {format_day(min(starts))}")
    if ends:
        words.append(f"last end {format_day(max(ends))}")
    if ongoing := sum(task.start is not None and task.end is None for task in tasks):
        words.append(f"{ongoing} {ONGOING}")
    if undated := sum(task.start is None for task in tasks):
        words.append(f"{undated} without dates")
    return ", ".join(words)


def _draw(tasks: list[Task], today: date, order: list[str]) -> Canvas:
    """The chart, laid out."""
    names = Names.fit([task.name for task in tasks], WIDEST_NAME, most=3)
    ends = [task.end or task.start + OPEN for task in tasks if task.start]
    axis = Quarters.holding(
        [today, *ends, *(task.start for task in tasks if task.start)], MARGIN + names.width + GAP, WIDTH - 2 * MARGIN
    )
    heads = _headings(tasks)
    middles, bottoms = [], []
    top = MARGIN + height_of(1) + axis.height + 0.04
    y = top
    for row in range(len(tasks)):
        y += height_of(len(heads[row])) + (0.12 if heads[row] else 0)
        high = max(names.height(row), height_of(1)) + BETWEEN
        middles.append(y + high / 2)
        y += high
        bottoms.append(y)
    tall = len(tasks) > TALL
    height = y + MARGIN + (axis.height if tall else 0)
    canvas = Canvas(height)
    axis.write(canvas, top - axis.height - 0.04)
    axis.draw(canvas, top, y)
    if tall:
        axis.write(canvas, y + 0.04)
    _mark_today(canvas, axis, today, top - axis.height - 0.04, top, y)
    for row, task in enumerate(tasks):
        head_top = bottoms[row - 1] if row else top
        if heads[row]:
            canvas.write(MARGIN, head_top + 0.1 + height_of(len(heads[row])) / 2, heads[row], bold=True, clear=True)
        canvas.line([MARGIN, axis.right], [bottoms[row]] * 2, width=0.6)
        canvas.write(MARGIN, middles[row], names.lines[row], size=names.size)
        _draw_task(canvas, axis, task, middles[row], LOOKS[order.index(task.status) % len(LOOKS)])
    return canvas


def _headings(tasks: list[Task]) -> list[list[str]]:
    """The lines of a group's name above its first row; none above the others."""
    return [
        wrapped(task.group, WIDTH - 3 * MARGIN, bold=True) if not row or tasks[row - 1].group != task.group else []
        for row, task in enumerate(tasks)
    ]


def _mark_today(canvas: Canvas, axis: Quarters, today: date, axis_top: float, top: float, bottom: float) -> None:
    words = format_day(today)
    x = axis.at(today)
    canvas.mark(x, top, bottom)
    left = place_label(x, width_of(words, TEXT, bold=True))
    canvas.write(left, axis_top - height_of(0.5), [words], bold=True)


def _draw_task(canvas: Canvas, axis: Quarters, task: Task, middle: float, look: tuple[str, str, str]) -> None:
    """A task's bar, pointed where it goes on, and its status beside it or, where there is no room, on it."""
    wide = width_of(task.status, SMALL)
    if task.start is None:
        canvas.write(axis.left + GAP / 2, middle, [f"{task.status}, dates {NO_DATE}"], size=SMALL, clear=True)
        return
    start = axis.at(task.start)
    end = max(axis.at(task.end + DAY), start + NARROWEST) if task.end else axis.right
    up, down = middle - BAR / 2, middle + BAR / 2
    if task.end:
        canvas.box(start, end, up, down, *look)
    else:
        point = max(start, end - BAR / 2)
        canvas.shape([start, point, end, point, start], [up, up, middle, down, down], *look)
    if task.end and end + GAP / 2 + wide <= axis.right:
        left = end + GAP / 2
    elif start - GAP / 2 - wide >= axis.left:
        left = start - GAP / 2 - wide
    else:
        left = start + GAP
    canvas.write(left, middle, [task.status], size=SMALL, clear=True)
