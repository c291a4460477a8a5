"""What a metric is.

A metric is one function under ``metrics/``. It takes tables by name and returns what to count; the
rest (grouping, suppressing, dividing) is done once, in ``calculate``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import narwhals as nw

from dbv_analysis.model.columns import TOTAL
from dbv_analysis.model.period import Break
from dbv_analysis.model.units import HIGHER, LOWER, NEITHER, UNITS, Unit
from dbv_analysis.model.wording import first_paragraph


@dataclass(frozen=True)
class Count:
    """How many children or plans there are: the sum of ``count`` over the rows of ``of``. Few are hidden.

    ``adds_up``: whether the groups of a breakdown add up to the whole; where they do not, the whole is a row of its
    own among them, or there is none.
    """

    of: nw.LazyFrame
    adds_up: bool = True


@dataclass(frozen=True)
class Total:
    """How much there is of what is not children: money, schools, staff, tasks. The sum of ``count``.

    ``behind`` counts the children or providers whom the sum is about, where there are such: it is hidden where they
    are few. ``largest`` is what one of them makes up: the sum is hidden where that is nearly all of it.
    """

    of: nw.LazyFrame
    behind: nw.LazyFrame | None = None
    adds_up: bool = True
    largest: nw.LazyFrame | None = None


@dataclass(frozen=True)
class Mean:
    """An average a child: the sum of ``count`` over ``total``, divided by that over ``number``.

    ``behind`` and ``largest`` are as for a Total.
    """

    total: nw.LazyFrame
    number: nw.LazyFrame
    behind: nw.LazyFrame | None = None
    largest: nw.LazyFrame | None = None


@dataclass(frozen=True)
class Ratio:
    """A share in per cent: of all that ``of`` counts, how much is in the rows where ``numerator`` holds.

    Where the part is counted in rows of its own, ``numerator`` is those rows. ``within`` is the whole that
    ``of`` is a part of, where that whole is shown too: then what ``of`` leaves out can be worked out, and must
    not be a small count. ``children`` counts those whom the share is about where ``of`` counts something else, such
    as sessions: it is hidden where they are few.
    """

    of: nw.LazyFrame
    numerator: nw.Expr | nw.LazyFrame
    within: nw.LazyFrame | None = None
    children: nw.LazyFrame | None = None


@dataclass(frozen=True)
class Value:
    """Figures that already are what they should be: one row of ``of`` each, its ``value`` taken as it stands.

    ``behind`` is how many children a sum of money is about, where that is known: it is hidden where they are few, or
    where their number is itself hidden.
    """

    of: nw.LazyFrame
    value: nw.Expr
    behind: nw.Expr | None = None


@dataclass(frozen=True)
class Grouped:
    """Groups that overlap, with the whole counted by itself: somebody in two groups is one in the whole."""

    groups: Count | Total | Mean
    whole: Count | Total | Mean


Spec = Count | Total | Mean | Ratio | Value | Grouped


@dataclass(frozen=True)
class Metric:
    """One definition, with all that a reader must know of it.

    ``by`` maps the topic of a breakdown to the column that holds it; ``groups`` are the breakdowns that a
    figure of the authority's own may be given for. ``better`` says which way is better; ``breaks`` are
    days across which the series cannot be followed. A measure that is ``any_day`` does not follow the
    school year, so that figures of any two days, or any two quarters, compare.
    """

    id: str
    section: str
    title: str
    unit: Unit
    better: str
    source: str
    define: Callable[..., Spec | tuple[Spec, ...]]
    by: Mapping[str, str]
    breaks: tuple[Break, ...]
    decimals: int | None
    groups: tuple[str, ...] = ()
    any_day: bool = False

    @property
    def tables(self) -> list[str]:
        return list(inspect.signature(self.define).parameters)

    @property
    def definition(self) -> str:
        """The docstring's first paragraph, on one line."""
        return first_paragraph(self.define)

    @property
    def notes(self) -> str:
        """What the docstring says after its first paragraph: assumptions, exclusions, sources."""
        return " ".join(" ".join(inspect.getdoc(self.define).split("\n\n")[1:]).split())

    def titled(self, breakdown: str) -> str:
        """The title, and the group that it is of where that is not everybody: ``Overall absence, EHC plan``."""
        return self.title if breakdown == TOTAL else f"{self.title}, {breakdown}"

    def write(self, value: float) -> str:
        """``value`` in this metric's unit and precision."""
        return self.unit.write(value, self.decimals)


_METRICS: dict[str, Metric] = {}


def metric(
    *,
    section: str,
    title: str,
    unit: Unit,
    source: str,
    better: str = NEITHER,
    by: Mapping[str, str] | None = None,
    groups: tuple[str, ...] = (),
    breaks: tuple[Break, ...] = (),
    decimals: int | None = None,
    any_day: bool = False,
) -> Callable[[Callable], Callable]:
    """Register a function as a metric. Its name is the metric's id, its parameters are tables.

    Args:
        section: the page on which it stands.
        title: what it measures, in a reader's words.
        unit: one of the units in ``model.units``.
        source: the publication or rule that defines it.
        better: ``HIGHER``, ``LOWER`` or ``NEITHER``.
        by: topic of a breakdown -> column of the table.
        groups: the breakdowns that a figure of the authority's own may be given for.
        breaks: days across which the series cannot be followed.
        decimals: how many to print; the unit's own number unless given. Money is printed in full where it is.
        any_day: whether figures of any two days or quarters compare, whatever the season.

    Raises ValueError where the id is taken, or the function lacks a docstring.
    """
    if unit.name not in UNITS or better not in (HIGHER, LOWER, NEITHER):
        raise ValueError("unit and better must be among those in dbv_analysis.model.units")

    def register(define: Callable) -> Callable:
        name = define.__name__
        known = _METRICS.get(name)
        if known and known.define.__module__ != define.__module__:
            raise ValueError(f"two metrics are called {name}: in {known.define.__module__} and {define.__module__}")
        if not inspect.getdoc(define):
            raise ValueError(f"{name} has no docstring: say what it counts, of what, and in which unit")
        _METRICS[name] = Metric(
            id=name,
            section=section,
            title=title,
            unit=unit,
            better=better,
            source=source,
            define=define,
            by=dict(by or {}),
            breaks=breaks,
            decimals=decimals,
            groups=groups,
            any_day=any_day,
        )
        return define

    return register


def own(own_figures: nw.LazyFrame, metric_id: str, column: str = "breakdown") -> nw.LazyFrame:
    """The authority's own figures of one metric, with ``count`` as the number and ``column`` as the breakdown."""
    rows = own_figures.filter(nw.col("metric_id") == metric_id)
    return rows.with_columns(count=nw.col("value")).rename({} if column == "breakdown" else {"breakdown": column})


def as_reported_then(register: nw.LazyFrame, *key: str) -> nw.LazyFrame:
    """A register's entries after each of its releases: one that a release does not repeat is as it was told last.

    ``key`` names an entry. Each row has the period and the provenance of the release after which it stood so.
    """
    provenance = ["as_at", "source", "release", "published", "period_label", "period_start", "period_end", "basis"]
    ends = register.select("area_code", *provenance).unique()
    entries = register.rename({"published": "told"}).drop([name for name in provenance if name != "published"])
    known = ends.join(entries, on="area_code", how="inner").filter(nw.col("told") <= nw.col("published"))
    newest = nw.col("told").max().over("area_code", "release", *key)
    return known.with_columns(newest=newest).filter(nw.col("told") == nw.col("newest"))


def registered() -> dict[str, Metric]:
    """Every metric that has been defined, by id, in the order of definition; ``metrics`` lists those of the package."""
    return dict(_METRICS)
