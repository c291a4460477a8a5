"""A cohort: children with plans, and pupils on rolls, who have something in common on a day."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import narwhals as nw
import pandas as pd

from dbv_analysis.compare.intervals import change_interval, share_interval
from dbv_analysis.inputs.records.characteristics import GROUPS
from dbv_analysis.inputs.sen2.derive import NEED_NAMES
from dbv_analysis.metrics import find
from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.model.wording import did_you_mean, listed
from dbv_analysis.results.audit.protect import protect
from dbv_analysis.results.audit.system import system
from dbv_analysis.results.calculate import by_group
from dbv_analysis.results.disclosure import hidden

ABOUT = (*GROUPS.values(), "placement")
CALLED = {"primary_need": "need"}  # further names of a column
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with which a cell begins that a spreadsheet calculates
COUNTS = ("numerator", "denominator", "value")
# What the gate must know of the number of children in each group.
OF_CHILDREN = {
    **dict.fromkeys(("left_out", "children", "behind", "largest"), math.nan),
    **dict.fromkeys(("metric_id", "breakdown_topic", "area_code", "period_label"), ""),
    "of_children": True,
    "over_children": True,
    "share": True,
    "money": False,
}
SHOWN = ["group", "number", "of", "percent", "low", "high"]


@dataclass(frozen=True)
class Cohort:
    """Plans of one day that have something in common. ``words`` says what; ``frame`` has a row a plan, for counting.

    ``tables`` are the records that the measures are counted from, with what is known of each child; ``about`` says
    whose they are; ``opened`` gives everyone on another day.
    """

    day: date
    frame: pd.DataFrame = field(repr=False)
    text: str = "everyone with a plan"
    tables: Mapping[str, nw.LazyFrame] = field(default_factory=dict, repr=False)
    about: Mapping[str, object] = field(default_factory=dict, repr=False)
    opened: Callable[[date], Cohort] | None = field(default=None, repr=False)
    chosen: Mapping[str, list] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.frame)

    def __call__(self, **chosen: str | int | list) -> Cohort:
        """``where``, so that ``cohort = everyone`` and ``cohort(primary_need="SEMH")`` reads as it is meant."""
        return self.where(**chosen)

    def where(self, **chosen: str | int | list) -> Cohort:
        """The part of the cohort whose columns have the values given, or one of them where a list is given.

        A need may be given by its code. ``everyone.where(primary_need="SEMH", phase=["primary", "secondary"])``

        Raises CallProblem where a column or a value is none that is there.
        """
        frame, tables, conditions, held = self.frame, dict(self.tables), [], dict(self.chosen)
        for name, wanted in chosen.items():
            column = CALLED.get(name, name)
            self._known(column)
            values = [_named(column, value) for value in (wanted if isinstance(wanted, list) else [wanted])]
            there = set(self.frame[column])
            for value in values:
                if value not in there:
                    names = sorted(map(str, there))
                    hint = did_you_mean(str(value), names)
                    raise CallProblem(f'Nobody here has {column} "{value}".{hint} There are: {listed(names)}.')
            frame = frame[frame[column].isin(values)]
            tables = {table: rows.filter(nw.col(column).is_in(values)) for table, rows in tables.items()}
            conditions.append(f"{column} {listed(map(str, values))}")
            held[column] = values
        text = f"{self.text}: {', '.join(conditions)}" if conditions else self.text
        return replace(self, frame=frame, tables=tables, text=text, chosen=held)

    def past(self, day: date) -> Cohort:
        """The same cohort on another day: those who had then what these have now. ``semh.past(date(2024, 1, 18))``

        Raises CallProblem where the cohort was not opened from records.
        """
        if self.opened is None:
            raise CallProblem("This cohort was not opened from records, so it has no other day.")
        then = self.opened(day)
        there = {
            column: [one for one in values if one in set(then.frame[column])] for column, values in self.chosen.items()
        }
        return then.where(**{column: values or self.chosen[column] for column, values in there.items()})

    def by(self, column: str) -> pd.DataFrame:
        """How many of the cohort are in each group of a column, and their share with its interval.

        ``semh.by("placed")``

        Returns ``group``, ``number``, ``of`` (the cohort's size), ``percent``, ``low`` and ``high`` (Wilson, 95%: what
        the share might be in another year with the same chances; nobody was sampled).
        """
        self._known(column)
        counts = self.frame.groupby(column).size().rename("number").rename_axis("group").reset_index()
        return counts.assign(of=len(self)).pipe(_with_shares)

    def measure(self, metric_id: str, by: str | Sequence[str] = (), rule: Disclosure | None = None) -> pd.DataFrame:
        """A measure of the catalogue, counted from the cohort's records, for each group and for all of it.

        ``semh.measure("placement_mainstream_percent", by="sex")``

        Args:
            metric_id: the measure, such as ``plans_20_weeks_percent`` or, with registers, ``overall_absence_percent``.
            by: columns of ``ABOUT``; of several, every combination is a group.
            rule: the disclosure rule, where what may go out is wanted: small counts are then ``c``.

        Returns ``period_label``, ``group``, ``numerator``, ``denominator``, ``value`` and, for a share of children,
        ``low`` and ``high`` (Wilson, 95%). Where there is no value, its symbol stands in each.

        Raises CallProblem where the records do not hold what it counts.
        """
        columns = [by] if isinstance(by, str) else list(by)
        for column in columns:
            self._known(column)
        try:
            metric = find(metric_id)
        except KeyError as error:
            raise CallProblem(str(error.args[0])) from None
        topics = {topic: column for topic, column in GROUPS.items() if column in columns}
        profile = CONTROLLED if rule is None else PUBLIC
        figures = by_group(metric, self.tables, topics, self.about, rule or Disclosure(), profile)
        # A plain count has no denominator; where everything is hidden, it is not known whether it has one.
        numbers = [name for name in COUNTS if figures[name].notna().any()] or list(COUNTS)
        if figures["of_children"].any():
            low, high = share_interval(figures["numerator"], figures["denominator"])
            figures, numbers = figures.assign(low=low, high=high), [*numbers, "low", "high"]
        cells = figures[numbers].round(metric.decimals or 1).astype(object)
        cells = cells.mask(figures["symbol"] != "", figures["symbol"], axis=0)
        return pd.concat([figures["period_label"], figures["breakdown"].rename("group"), cells], axis=1)

    def beside(self, other: Cohort, column: str) -> pd.DataFrame:
        """The shares of two cohorts and their difference, this one's less the other's, with its interval in points.

        ``semh.beside(everyone, "placed")``, ``semh.beside(semh.past(date(2024, 1, 18)), "placed")``

        Returns ``group``, ``percent``, ``percent_other``, ``difference``, ``low`` and ``high`` (Newcombe, 95%). Where
        many children are in both, the interval is as a rule too wide.
        """
        self._known(column)
        mine, theirs = (one.frame[column].value_counts() for one in (self, other))
        rows = []
        for group in sorted({*mine.index, *theirs.index}, key=str):
            number, others = int(mine.get(group, 0)), int(theirs.get(group, 0))
            if len(self) and len(other):
                difference = change_interval(others, len(other), number, len(self))
                shares = 100 * number / len(self), 100 * others / len(other)
                rows.append([group, *shares, difference.value, difference.low, difference.high])
        return pd.DataFrame(rows, columns=["group", "percent", "percent_other", "difference", "low", "high"]).round(1)

    def flows(self, before: Cohort, column: str = "placed") -> pd.DataFrame:
        """How many of the cohort were in which group on an earlier day, and where they are now.

        ``semh.flows(everyone.past(date(2024, 1, 18)))``. Both are of one return: another has other keys for persons.

        Returns ``before`` (``no plan`` for those who had none), ``now`` and ``number``.
        """
        self._known(column)
        then = before.frame.drop_duplicates("persontableid").set_index("persontableid")[column]
        pairs = pd.DataFrame(
            {"before": self.frame["persontableid"].map(then).fillna("no plan"), "now": self.frame[column]}
        )
        return pairs.groupby(["before", "now"]).size().rename("number").reset_index()

    def export(self, column: str, path: Path, rule: Disclosure, profile: str = PUBLIC) -> pd.DataFrame:
        """Write ``shown(column, rule)`` as CSV, and return it. ``semh.export("placed", Path("semh.csv"), rule)``"""
        return _written(self.shown(column, rule, profile), path)

    def export_measure(
        self, metric_id: str, path: Path, rule: Disclosure, by: str | Sequence[str] = ()
    ) -> pd.DataFrame:
        """Write ``measure(metric_id, by, rule)`` as CSV, and return it."""
        return _written(self.measure(metric_id, by, rule), path)

    def shown(self, column: str, rule: Disclosure, profile: str = PUBLIC) -> pd.DataFrame:
        """``by(column)`` with the small counts, and the shares that would give them away, as ``c``.

        Further groups are hidden, and the size of the cohort, where a hidden number could be worked out from them. What
        several tables together give away is not looked at.
        """
        counts = self.by(column)
        every = pd.DataFrame({"group": [TOTAL], "number": [len(self)], "of": [math.nan]})
        figures = pd.concat([counts, every], ignore_index=True)
        figures = figures.rename(columns={"number": "numerator", "of": "denominator"}).assign(**OF_CHILDREN)
        figures = figures.assign(breakdown=figures["group"], whole=figures.index == len(counts), area_name=self.text)
        figures = figures.assign(hidden=hidden(figures, rule, profile))
        if figures["hidden"].any():
            known = system(figures, _counted_from(figures), rule)
            figures = figures.assign(hidden=protect(figures, known))
        columns = ["numerator", "percent", "low", "high"]
        shown = figures.loc[~figures["whole"], ["group", *columns]].astype(object)
        shown.loc[figures["hidden"], columns] = "c"
        size = "c" if figures.loc[figures["whole"], "hidden"].any() else len(self)
        return shown.rename(columns={"numerator": "number"}).assign(of=size)[SHOWN]

    def _known(self, column: str) -> None:
        if column not in ABOUT:
            known = (*ABOUT, *CALLED)
            raise CallProblem(
                f'"{column}" is not known of a plan.{did_you_mean(column, known)} Use {listed(ABOUT, "or")}.'
            )


def _named(column: str, value):
    """A need's name for its code; else the value."""
    return NEED_NAMES.get(str(value), value) if column == "need" else value


def _counted_from(figures: pd.DataFrame) -> pd.DataFrame:
    """What the numbers of groups are counted from: each of its own children, and every size of all of them."""
    groups = figures[~figures["whole"]]
    own = pd.DataFrame({"figure": groups.index, "atom": groups.index, "count": groups["numerator"]})
    sizes = [(groups.index, "denominator"), (figures.index[figures["whole"]], "numerator")]
    of_all = [own.assign(figure=figure, part=part) for figures_of, part in sizes for figure in figures_of]
    return pd.concat([own.assign(part="numerator"), *of_all], ignore_index=True)


def _written(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    table.map(_plain).to_csv(path, index=False)
    return table


def _plain(cell):
    """A text that a spreadsheet would take for a formula, marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    if counts.empty:
        return counts.reindex(columns=SHOWN)
    low, high = share_interval(counts["number"], counts["of"])
    return counts.assign(percent=100 * counts["number"] / counts["of"], low=low, high=high)[SHOWN].round(1)
