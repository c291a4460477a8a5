"""Explore cohorts of children with plans: pick one, set it beside another or its own past, and export what may go out.

    everyone = on_day(Path("data/processed/records/own-sen2-2025"), date(2025, 1, 16))
    semh = everyone.where(need="Social, emotional and mental health", phase="secondary")
    semh.by("placed")                 # counts, shares and their intervals
    semh.beside(everyone, "placed")   # the difference of the shares, with its interval
    semh.flows(everyone_before)       # how many moved from where to where

Frames hold counts and no person. They are for work inside the authority until ``export`` has hidden the small ones.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from dbv_analysis.disclosure import protect_groups, suppress
from dbv_analysis.impact.intervals import CONFIDENCE, change_interval
from dbv_analysis.programme import Disclosure
from dbv_analysis.records import plans
from dbv_analysis.records.store import TALLY, open_records, read_tally
from dbv_analysis.sen2 import ALTERNATIVE, FURTHER_EDUCATION, INMSS, MAINSTREAM, STATE_SPECIAL, UNKNOWN
from dbv_analysis.terms import PUBLIC, CallProblem, did_you_mean, listed

PLACED = {
    "mainstream": MAINSTREAM,
    "state special": STATE_SPECIAL,
    "INMSS": INMSS,
    "alternative provision": ALTERNATIVE,
    "further education": FURTHER_EDUCATION,
    "unknown": UNKNOWN,
}
ELSEWHERE = "elsewhere"
PHASES = {"early years": (0, 3), "primary": (4, 10), "secondary": (11, 15), "post-16": (16, 25)}  # ages on 31 August
NOT_KNOWN = "not known"
ABOUT = ("need", "phase", "year_group", "placed", "placement", "sex", "ethnicity")
SHOWN = ["group", "number", "of", "percent", "low", "high"]


@dataclass(frozen=True)
class Cohort:
    """Plans of one day that have something in common. ``words`` says what; ``frame`` has a row a plan, for counting."""

    day: date
    frame: pd.DataFrame = field(repr=False)
    words: str = "everyone with a plan"

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, **chosen: str | int | list) -> Cohort:
        """The part of the cohort whose columns have the values given, or one of them where a list is given.

        Raises CallProblem where a column or a value is none that is there.
        """
        frame, said = self.frame, []
        for column, wanted in chosen.items():
            self._known(column)
            values = wanted if isinstance(wanted, list) else [wanted]
            there = set(self.frame[column])
            for value in values:
                if value not in there:
                    names = sorted(map(str, there))
                    hint = did_you_mean(str(value), names)
                    raise CallProblem(f'Nobody here has {column} "{value}".{hint} There are: {listed(names)}.')
            frame = frame[frame[column].isin(values)]
            said.append(f"{column} {listed(map(str, values))}")
        return Cohort(self.day, frame, f"{self.words}: {', '.join(said)}")

    def by(self, column: str) -> pd.DataFrame:
        """How many of the cohort are in each group of a column, and their share with its interval.

        Returns ``group``, ``number``, ``of`` (the cohort's size), ``percent``, ``low`` and ``high`` (Wilson, 95%: what
        the share might be in another year with the same chances; nobody was sampled).
        """
        self._known(column)
        counts = self.frame.groupby(column).size().rename("number").rename_axis("group").reset_index()
        return counts.assign(of=len(self)).pipe(_with_shares)

    def beside(self, other: Cohort, column: str) -> pd.DataFrame:
        """The shares of two cohorts and their difference, this one's less the other's, with its interval in points.

        Returns ``group``, ``percent``, ``percent_other``, ``difference``, ``low`` and ``high`` (Newcombe, 95%). Where
        many children are in both, the interval is as a rule too wide.
        """
        groups = sorted({*self.frame[column], *other.frame[column]})
        rows = []
        for group in groups:
            number, others = (int((one.frame[column] == group).sum()) for one in (self, other))
            if len(self) and len(other):
                found = change_interval(others, len(other), number, len(self))
                shares = 100 * number / len(self), 100 * others / len(other)
                rows.append([group, *shares, found.value, found.low, found.high])
        return pd.DataFrame(rows, columns=["group", "percent", "percent_other", "difference", "low", "high"]).round(1)

    def flows(self, before: Cohort, column: str = "placed") -> pd.DataFrame:
        """How many of the cohort were in which group on an earlier day, and where they are now.

        Returns ``before`` (``no plan`` for those who had none), ``now`` and ``number``.
        """
        self._known(column)
        then = before.frame.drop_duplicates("persontableid").set_index("persontableid")[column]
        pairs = pd.DataFrame(
            {"before": self.frame["persontableid"].map(then).fillna("no plan"), "now": self.frame[column]}
        )
        return pairs.groupby(["before", "now"]).size().rename("number").reset_index()

    def export(self, column: str, path: Path, rule: Disclosure, profile: str = PUBLIC) -> pd.DataFrame:
        """Write ``shown(column, rule)`` as CSV, and return it."""
        found = self.shown(column, rule, profile)
        found.to_csv(path, index=False)
        return found

    def shown(self, column: str, rule: Disclosure, profile: str = PUBLIC) -> pd.DataFrame:
        """``by(column)`` with the small counts, and the shares that would give them away, as ``c``.

        Where one alone is hidden the smallest other is too, for it is the whole less the rest; where all are, so is the
        size of the cohort. What several tables together give away is not looked at.
        """
        counts = self.by(column).rename(columns={"number": "numerator", "of": "denominator"}).assign(symbol="")
        hidden = suppress(counts, rule, profile)
        size = len(self) if hidden["denominator"].notna().any() else "c"
        # They are groups of one whole, of which each has its number alone.
        hidden = protect_groups(hidden.assign(denominator=float("nan"), whole=self.words), ["whole"], profile)
        columns = ["numerator", "percent", "low", "high"]
        shown = hidden[["group", *columns]].astype(object)
        shown.loc[hidden["symbol"] != "", columns] = "c"
        return shown.rename(columns={"numerator": "number"}).assign(of=size)[SHOWN]

    def _known(self, column: str) -> None:
        if column not in ABOUT:
            hint = did_you_mean(column, ABOUT)
            raise CallProblem(f'"{column}" is not known of a plan.{hint} Use {listed(ABOUT, "or")}.')


def open_day(records: str, data: str, day: str = "", engine: str = "duckdb") -> Cohort:
    """Everyone with a plan on a day, from a folder of records; where none is named, of a made-up authority.

    ``day`` is the return's own day unless given, ``year-month-day``.

    Raises CallProblem where the folder holds no records or the day is none.
    """
    if not records:
        return _made_up(Path(data))
    folder = Path(records)
    if not (folder / TALLY).is_file():
        raise CallProblem(f"{folder} holds no records. They are in data/processed/records, once `dbv check` has run.")
    try:
        return on_day(folder, date.fromisoformat(day) if day else read_tally(folder).reference, engine)
    except ValueError:
        raise CallProblem(f'"{day}" is not a day: write 2024-09-26.') from None


def _made_up(data: Path) -> Cohort:
    """A synthetic authority's plans, to try things with; its records are gone once they have been read."""
    from dbv_analysis.loaders.sen2_return import read_return
    from dbv_analysis.programme import load_programme
    from dbv_analysis.synth import synthesise

    with tempfile.TemporaryDirectory(prefix="dbv-") as work:
        made = synthesise(data, Path(work) / "authority")
        folder = Path(work) / "records"
        read_return(made.xml, made.xml.name, load_programme(data).area, folder)
        found = on_day(folder, made.totals.reference, "pandas")
    return Cohort(found.day, found.frame, f"{found.words} (made up; nobody is real)")


def on_day(folder: Path, day: date, engine: str = "duckdb") -> Cohort:
    """Everyone with a plan on a day, from a folder of records of the SEN2 return, with what the return tells of them.

    Columns: ``need`` (primary), ``phase`` and ``year_group`` (by age on the 31 August before), ``placement`` (the
    release's column) and ``placed`` (its group), ``sex`` and ``ethnicity``.
    """
    modules = open_records(folder, engine)
    people = modules["person"].select("persontableid", "sex", "ethnicity")
    frame = (
        plans.placements(modules, day)
        .join(plans.needs(modules), on="requeststableid", how="left")
        .join(plans.ages(modules, day), on="persontableid", how="left")
        .join(people, on="persontableid", how="left")
        .select("persontableid", "placement", "need", "age", "sex", "ethnicity")
        .collect()
        .to_pandas()
    )
    age = frame["age"].astype("Int64")
    groups = {column: name for name, columns in PLACED.items() for column in columns}
    texts = {name: frame[name].astype(object).where(frame[name].notna(), NOT_KNOWN) for name in ("sex", "ethnicity")}
    return Cohort(
        day,
        frame.assign(
            **texts,
            need=frame["need"].astype(object).where(frame["need"].notna(), plans.NO_NEED),
            phase=_phase(age),
            year_group=_year_group(age),
            placed=frame["placement"].map(groups).fillna(ELSEWHERE),
        ).drop(columns="age"),
        f"everyone with a plan on {day.day} {day:%B %Y}",
    )


def _phase(age: pd.Series) -> pd.Series:
    found = pd.Series(NOT_KNOWN, index=age.index, dtype=object)
    for name, (first, last) in PHASES.items():
        found = found.mask(age.between(first, last).fillna(False).astype(bool), name)
    return found


def _year_group(age: pd.Series) -> pd.Series:
    """``Reception`` at 4, ``Year 1`` at 5, to ``Year 13``; before and after it the phase's own words."""
    names: Mapping[int, str] = {4: "Reception", **{number + 4: f"Year {number}" for number in range(1, 14)}}
    return age.map(lambda one: NOT_KNOWN if pd.isna(one) else names.get(int(one), "before or after school"))


def _with_shares(counts: pd.DataFrame) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint

    if counts.empty:
        return counts.reindex(columns=SHOWN)
    low, high = proportion_confint(counts["number"], counts["of"], alpha=1 - CONFIDENCE, method="wilson")
    return counts.assign(percent=100 * counts["number"] / counts["of"], low=100 * low, high=100 * high)[SHOWN].round(1)
