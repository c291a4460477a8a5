"""Every measure of an authority: those of the package, and those that its ``programme.toml`` declares."""

from __future__ import annotations

from dataclasses import replace

import narwhals as nw

from dbv_analysis.metrics import package_metrics
from dbv_analysis.metrics.planned_unit import unit_measures, unit_metrics
from dbv_analysis.model.authority import Measure
from dbv_analysis.model.metric import Count, Metric, Total, Value, own
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.settings import FILE, GRANT_APPLICATION, Programme
from dbv_analysis.model.units import COUNT, POUNDS, UNITS
from dbv_analysis.model.wording import did_you_mean


def metrics_of(programme: Programme) -> dict[str, Metric]:
    """Every measure of an authority by id, those of a section in their order.

    Raises DataProblems where the settings name a measure that is none, or give one the id of another.
    """
    application = programme.programme.application
    known = {
        metric.id: replace(metric, source=metric.source.replace(GRANT_APPLICATION, application))
        for metric in package_metrics().values()
    }
    metrics, problems = list(known.values()), []
    for metric, before in _own(programme):
        if metric.id in known:
            problems.append(
                _problem(f'measures: "{metric.id}" is the id of another measure.', "Give it an id of its own.")
            )
            continue
        known[metric.id] = metric
        section = [place for place, other in enumerate(metrics) if other.section == metric.section]
        if before is None:
            metrics.insert(section[-1] + 1 if section else len(metrics), metric)
            continue
        places = {metrics[place].id: place for place in section}
        if before in places:
            metrics.insert(places[before], metric)
        else:
            what = f'measures: "{metric.id}" is to stand before "{before}", which is none of {metric.section}.'
            problems.append(_problem(what, f"Name one that stands above it.{did_you_mean(before, places)}"))
    problems += [
        _problem(f'{where} names "{name}", which is not a measure.', f"Declare it.{did_you_mean(name, known)}")
        for where, names in _named(programme).items()
        for name in names
        if name not in known
    ]
    if problems:
        raise DataProblems(problems)
    return {metric.id: metric for metric in metrics}


def _own(programme: Programme) -> list[tuple[Metric, str | None]]:
    """The measures of the planned unit and those declared, each with the one that it is to stand before, if any."""
    unit, application = programme.unit, programme.programme.application
    declared = [(_metric(measure), measure.before) for measure in programme.measures]
    if unit is None:
        return declared
    planned = [*map(_metric, unit_measures(unit, application)), *unit_metrics(unit, application)]
    return [*((metric, None) for metric in planned), *declared]


def _problem(what: str, fix: str) -> DataProblem:
    return DataProblem(FILE, what, fix)


def _named(programme: Programme) -> dict[str, list[str]]:
    """The measures that the settings name, by the setting."""
    training = programme.training
    named = {"training": [training.engaged, training.booked, training.uptake]} if training else {}
    return named | {"workstreams.indicators": programme.indicators}


class _Declared:
    """What a declared measure counts. An object and no function within one, so that it can be pickled."""

    def __init__(self, measure: Measure):
        self.measure = measure
        self.__doc__ = f"{measure.definition}\n\n{measure.notes}".strip()

    def __call__(self, own_figures: nw.LazyFrame) -> Count | Total | Value:
        measure, rows = self.measure, own(own_figures, self.measure.id)
        if measure.kind == "children":
            return Count(rows, adds_up=measure.adds_up)
        if measure.kind == "score" or UNITS[measure.unit] not in (COUNT, POUNDS):
            return Value(rows, nw.col("value"))
        return Total(rows, adds_up=measure.adds_up)


def _metric(measure: Measure) -> Metric:
    return Metric(
        id=measure.id,
        section=measure.section,
        title=measure.title,
        unit=UNITS[measure.unit],
        better=measure.better,
        source=measure.source,
        define=_Declared(measure),
        by={measure.topic: "breakdown"} if measure.topic else {},
        breaks=(),
        decimals=measure.decimals,
        groups=measure.groups,
        any_day=True,
    )
