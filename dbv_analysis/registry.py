"""What a metric is, and how one is found.

A metric is one function under ``metrics/``. It takes tables by name and returns what to count; the
rest (grouping, suppressing, dividing) is done once, in ``calculate``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import narwhals as nw

from dbv_analysis.periods import Break
from dbv_analysis.terms import HIGHER, LOWER, NEITHER, UNITS, Unit, did_you_mean


@dataclass(frozen=True)
class Count:
    """How many there are: the sum of ``count`` over the rows of ``of``."""

    of: nw.LazyFrame


@dataclass(frozen=True)
class Ratio:
    """A share in per cent: of all that ``of`` counts, how much is in the rows where ``numerator`` holds.

    ``within`` is the whole that ``of`` is a part of, where that whole is shown too: then what ``of`` leaves
    out can be worked out, and must not be a small count.
    """

    of: nw.LazyFrame
    numerator: nw.Expr
    within: nw.LazyFrame | None = None


@dataclass(frozen=True)
class Value:
    """Figures that already are what they should be: one row of ``of`` each, its ``value`` taken as it stands."""

    of: nw.LazyFrame
    value: nw.Expr


@dataclass(frozen=True)
class Metric:
    """One definition, with all that a reader must know of it.

    ``by`` maps the topic of a breakdown to the column that holds it. ``better`` says which way is
    better; ``breaks`` are days across which the series cannot be followed.
    """

    id: str
    section: str
    title: str
    unit: Unit
    better: str
    source: str
    define: Callable[..., Count | Ratio | Value]
    by: Mapping[str, str]
    breaks: tuple[Break, ...]
    decimals: int

    @property
    def tables(self) -> list[str]:
        return list(inspect.signature(self.define).parameters)

    @property
    def definition(self) -> str:
        """The docstring's first paragraph, on one line."""
        return " ".join(inspect.getdoc(self.define).split("\n\n")[0].split())

    @property
    def notes(self) -> str:
        """What the docstring says after its first paragraph: assumptions, exclusions, sources."""
        return " ".join(" ".join(inspect.getdoc(self.define).split("\n\n")[1:]).split())

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
    breaks: tuple[Break, ...] = (),
    decimals: int | None = None,
) -> Callable[[Callable], Callable]:
    """Register a function as a metric. Its name is the metric's id, its parameters are tables.

    Args:
        section: the page on which it stands.
        title: what it measures, in a reader's words.
        unit: one of the units in ``terms``.
        source: the publication or rule that defines it.
        better: ``HIGHER``, ``LOWER`` or ``NEITHER``.
        by: topic of a breakdown -> column of the table.
        breaks: days across which the series cannot be followed.
        decimals: how many to print; the unit's own number unless given.

    Raises ValueError where the id is taken, or the function lacks a docstring.
    """
    if unit.name not in UNITS or better not in (HIGHER, LOWER, NEITHER):
        raise ValueError("unit and better must be among those in dbv_analysis.terms")

    def register(define: Callable[..., Count | Ratio | Value]) -> Callable[..., Count | Ratio | Value]:
        name = define.__name__
        known = _METRICS.get(name)
        if known and known.define.__module__ != define.__module__:
            raise ValueError(f"two metrics are called {name}: in {known.define.__module__} and {define.__module__}")
        if not inspect.getdoc(define):
            raise ValueError(f"{name} has no docstring: say what it counts, of what, and in which unit")
        places = unit.decimals if decimals is None else decimals
        _METRICS[name] = Metric(name, section, title, unit, better, source, define, dict(by or {}), breaks, places)
        return define

    return register


def discover() -> dict[str, Metric]:
    """Every metric under ``dbv_analysis/metrics``, by id, in the order in which modules define them."""
    package = importlib.import_module("dbv_analysis.metrics")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    return dict(_METRICS)


def find(metric_id: str) -> Metric:
    """The metric of that id. Raises KeyError whose text says what may have been meant."""
    known = discover()
    if metric_id not in known:
        raise KeyError(f'There is no metric "{metric_id}".{did_you_mean(metric_id, known)}')
    return known[metric_id]
