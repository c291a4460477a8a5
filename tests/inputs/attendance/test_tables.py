"""Registers through the loader: published absence comes back, planted effects and faults are found."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import narwhals as nw
import pandas as pd
import pytest

from dbv_analysis.inputs.attendance import derive
from dbv_analysis.inputs.load import Inputs, load, quality
from dbv_analysis.inputs.records.characteristics import GROUPS
from dbv_analysis.inputs.records.store import open_records
from dbv_analysis.inputs.records.to_tables import of_registers, of_return
from dbv_analysis.metrics import find, package_metrics
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.period import Period
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.model.settings import Disclosure
from dbv_analysis.results.calculate import by_group, calculate
from dbv_analysis.synth import Synthetic
from tests.conftest import HALTON, ROOT
from tests.shipped import authority
from tests.soak import engines

ENGINES = engines("duckdb", "pandas", "polars", "pyspark")
RULE = Disclosure(threshold=5, money_threshold=3, signed_off="")
YEAR, SECOND = "2023/24", "2024/25"
ABSENCE = {
    "overall": "overall_absence_percent",
    "persistent": "persistent_absence_percent",
    "severe": "severe_absence_percent",
}
ABOUT = {
    "area_code": HALTON,
    "area_name": "Halton",
    "geographic_level": "Local authority",
    "as_at": date(2025, 7, 18),
    "source": "made up",
    "release": "made-up",
    "published": date(2025, 7, 18),
}


@pytest.fixture(scope="module")
def small(tables: dict[str, pd.DataFrame], data: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthetic:
    return authority(tables, data, tmp_path_factory.mktemp("small") / "authority", plans=150)


def project(made: Synthetic, root: Path, *parts: str) -> Path:
    """A project whose inputs are a synthetic authority's registers, and its return where that is among the parts."""
    shutil.copy(ROOT / "programme.toml", root)
    folder = root / "data" / "raw"
    shutil.copytree(made.registers, folder / "registers")
    if "return" in parts:
        (folder / "own").mkdir()
        for name in ("sen2.xml", "sen2.source.toml", "establishments.csv"):
            shutil.copy(made.xml.with_name(name), folder / "own")
    return folder


@pytest.fixture(scope="module")
def loaded(small, tmp_path_factory) -> tuple[Inputs, Path]:
    folder = project(small, tmp_path_factory.mktemp("registers"), "return")
    return load(folder), folder.parent / "processed" / "records"


@pytest.fixture(scope="module")
def figures(loaded) -> pd.DataFrame:
    inputs, _ = loaded
    wanted = [one for one in package_metrics().values() if one.section in ("Attendance", "Exclusions")]
    return calculate(wanted, inputs.tables, RULE, CONTROLLED)


def test_the_published_absence_of_a_year_comes_back_to_the_nearest_child_and_session(figures, tables):
    told = tables["absence"]
    told = told[(told["area_code"] == HALTON) & (told["period_label"] == YEAR)]
    percent = {(row.sen_provision, row.measure): row.percent for row in told.itertuples()}
    for measure, metric_id in ABSENCE.items():
        rows = figures[(figures["metric_id"] == metric_id) & (figures["period_label"] == YEAR)].set_index("breakdown")
        for provision in ("EHC plan", "SEN support", "No SEN"):
            row = rows.loc[provision]
            assert row["numerator"] == round(percent[provision, measure] * row["denominator"] / 100), (
                provision,
                measure,
            )
            assert row["basis"] == "full_year"


def test_the_published_suspensions_of_a_term_come_back_to_the_nearest_event(figures, tables):
    told = tables["exclusions"]
    told = told[(told["area_code"] == HALTON) & (told["measure"] == "suspensions")]
    rate = {(row.period, row.sen_provision): row.rate for row in told.itertuples()}
    rows = figures[(figures["metric_id"] == "suspension_rate") & (figures["basis"] == "part_year")]
    rows = rows[rows["breakdown"].isin(["EHC plan", "SEN support", "No SEN"])]
    rows = rows[[key in rate for key in zip(rows["period_label"], rows["breakdown"], strict=True)]]
    assert len(rows) >= 5 * 3
    for row in rows.itertuples():
        assert row.numerator == round(rate[row.period_label, row.breakdown] * row.denominator / 100)


def test_every_term_and_both_years_are_counted(figures):
    labels = set(figures.loc[figures["metric_id"] == "overall_absence_percent", "period_label"])
    terms = {f"{name} term {year}" for name, year in [("autumn", 2023), ("autumn", 2024)]}
    terms |= {f"{name} term {year}" for name in ("spring", "summer") for year in (2024, 2025)}
    assert labels == terms | {YEAR, SECOND}


def rate(marks: list[tuple], chosen: Callable[[int, date], bool]) -> float:
    """Missed sessions in a hundred possible ones, a mark at a time."""
    kinds = {one["code"]: one["counts"] for one in derive.codes()}
    counted = [kinds[code] for school, day, code in marks if chosen(school, day)]
    possible = [kind for kind in counted if kind != "not_possible"]
    return 100 * sum(kind in ("authorised", "unauthorised") for kind in possible) / len(possible)


def test_the_planted_effect_of_thrive_is_found_beside_what_happened_everywhere(small, loaded):
    _, records = loaded
    modules = open_records(records / "synthetic-register-2025")
    planted = small.planted["effects"]
    thrive = modules["marks"].filter(nw.col("school").is_in(small.planted["schools"]))
    labelled = derive.around(thrive, date.fromisoformat(planted["joined"]), planted["weeks"])
    sums = (
        derive.absence(derive.enrolments(labelled, date(2023, 1, 1), date(2026, 1, 1), by=["when"]), by=["when"])
        .collect()
        .to_pandas()
        .set_index("when")
        .astype(int)
    )
    shares = 100 * sums["missed"] / sums["possible"]
    # Slowly: the same weeks of those schools, and of the others.
    frame = pd.read_parquet(small.registers / "marks.parquet")
    marks = list(zip(frame["school"], map(date.fromisoformat, frame["date"]), frame["code"], strict=True))
    joined, on = set(small.planted["schools"]), date.fromisoformat(planted["joined"])
    weeks = timedelta(weeks=planted["weeks"])

    def within(start: date, inside: bool) -> Callable[[int, date], bool]:
        return lambda school, day: (school in joined) is inside and start <= day < start + weeks

    slow = {
        (side, inside): rate(marks, within(start, inside))
        for side, start in (("before", on - timedelta(days=364)), ("after", on))
        for inside in (True, False)
    }
    assert shares["before"] == pytest.approx(slow["before", True])
    assert shares["after"] == pytest.approx(slow["after", True])
    elsewhere = slow["after", False] - slow["before", False]
    assert elsewhere == pytest.approx(-planted["everywhere"], abs=0.02)
    assert shares["after"] - shares["before"] - elsewhere == pytest.approx(-planted["programme"], abs=0.02)


def test_planted_faults_are_all_found_and_nothing_else(tables, data, tmp_path):
    made = authority(tables, data, tmp_path / "made", plans=150, faults=2)
    folder = project(made, tmp_path, "return")
    shutil.copytree(made.ledger, folder / "ledger")
    inputs = load(folder)
    told = quality(folder, inputs.sources, PUBLIC)
    found = {line.rsplit("(", 1)[1].split(",")[0]: int(line.split(": ")[1].split()[0]) for line in told}
    also = {"session_outside_term", "pupil_without_marks"}  # a Saturday may be in a holiday
    assert {name: number for name, number in found.items() if name not in also} == made.planted["broken"]
    said = " ".join(inputs.warnings)
    for module, number in made.planted["rejected"].items():
        assert f"{number:,} of " in said, module
    assert "CANARY" not in said + " ".join(told)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("column", ["sex", "fsm", "school", "year_group", "need"])
def test_a_group_of_a_measure_is_what_a_slow_count_gives_on_every_engine(small, loaded, column, engine):
    pytest.importorskip(engine)
    _, records = loaded
    modules = open_records(records / "synthetic-register-2025", engine)
    tables = of_registers(modules, Period.parse("autumn term 2024"))
    topic = next(name for name, held in GROUPS.items() if held == column)
    found = by_group(find("overall_absence_percent"), tables, {topic: column}, ABOUT, RULE, CONTROLLED)
    pupils = pd.read_csv(small.registers / "pupils.csv", dtype=str, keep_default_na=False).to_dict("records")
    of = {(one["pupil"], int(one["school"])): group_of(one, column) for one in pupils}
    kinds = {one["code"]: one["counts"] for one in derive.codes()}
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    frame = pd.read_parquet(small.registers / "marks.parquet")
    frame = frame[frame["date"].between("2024-09-01", "2024-12-31")]
    for pupil, school, code in zip(frame["pupil"], frame["school"], frame["code"], strict=True):
        for name in (of[pupil, school], "Total"):
            sums[name][0] += kinds[code] in ("authorised", "unauthorised")
            sums[name][1] += kinds[code] != "not_possible"
    assert {row.breakdown: [row.numerator, row.denominator] for row in found.itertuples()} == dict(sums)


def group_of(pupil: dict[str, str], column: str) -> str:
    needs = {"SLCN": "Speech, language and communication needs", "SEMH": "Social, emotional and mental health"}
    if column == "fsm":
        return {"Y": "yes", "N": "no"}[pupil["fsm"]]
    if column == "year_group":
        born = date.fromisoformat(pupil["born"])
        age = 2024 - born.year - ((born.month, born.day) > (8, 31))
        return f"Year {age - 4}"
    if column == "need":
        from dbv_analysis.inputs.sen2.derive import NEED_NAMES

        return {**NEED_NAMES, **needs}.get(pupil["need"], "Need unknown")
    return pupil[column]


@pytest.mark.parametrize("engine", engines("duckdb", "pandas", "polars"))
def test_shares_by_sex_of_a_return_are_what_a_slow_count_gives(loaded, small, engine):
    _, records = loaded
    folder = records / "synthetic-sen2-2025"
    tables = of_return(open_records(folder, engine), date(2025, 1, 16), Period.calendar_year(2024))
    found = by_group(find("placement_mainstream_percent"), tables, {"Sex": "sex"}, ABOUT, RULE, CONTROLLED)
    modules = {name: pd.read_parquet(folder / f"{name}.parquet") for name in ("person", "requests", "activeplans")}
    both = (
        modules["requests"]
        .merge(modules["person"], on="persontableid")
        .merge(modules["activeplans"], on="requeststableid")
    )
    places = pd.read_parquet(folder / "placementdetail.parquet")
    places = places[(places["placementrank"] == 1) & places["leavingdate"].isna()]
    kinds = pd.read_parquet(folder / "establishments.parquet").set_index("urn")["kind"].to_dict()
    kind = places.set_index("activeplanstableid")["urn"].map(kinds).to_dict()
    slow: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in both.itertuples():
        for name in (row.sex, "Total"):
            slow[name][0] += str(kind.get(row.activeplanstableid)).startswith("mainstream")
            slow[name][1] += 1
    assert {row.breakdown: [row.numerator, row.denominator] for row in found.itertuples()} == dict(slow)


def test_few_children_are_hidden_in_a_group_though_their_sessions_are_many(loaded):
    _, records = loaded
    tables = of_registers(open_records(records / "synthetic-register-2025"), Period.parse("autumn term 2024"))
    by = {"School": "school", "SEN provision": "sen_provision"}
    shown = by_group(find("overall_absence_percent"), tables, by, ABOUT, RULE, PUBLIC)
    every = by_group(find("overall_absence_percent"), tables, by, ABOUT, RULE, CONTROLLED)
    children = by_group(find("persistent_absence_percent"), tables, by, ABOUT, RULE, CONTROLLED)
    few = set(children.loc[children["denominator"] < RULE.threshold, "breakdown"])
    assert few
    assert (every.loc[every["breakdown"].isin(few), "denominator"] > RULE.threshold).all()
    hidden = shown[shown["breakdown"].isin(few)]
    assert (hidden["symbol"] == "c").all()
    assert hidden[["numerator", "denominator", "value"]].isna().all().all()


def test_a_register_without_its_roll_and_terms_says_what_to_put_there(small, tmp_path):
    folder = project(small, tmp_path)
    for name in ("pupils.csv", "terms.csv"):
        (folder / "registers" / name).unlink()
    with pytest.raises(DataProblems) as refused:
        load(folder)
    said = [str(one) for one in refused.value.problems]
    assert len(said) == 2
    assert "pupils.csv" in said[0]
    assert "pupil, school, born, sex" in said[0]
    assert "terms.csv" in said[1]


def test_a_term_that_is_none_is_named_with_its_row(small, tmp_path):
    folder = project(small, tmp_path)
    terms = folder / "registers" / "terms.csv"
    terms.write_text(terms.read_text(encoding="utf-8").replace("spring term 2024", "Lent 2024"), encoding="utf-8")
    with pytest.raises(DataProblems, match=r'terms.csv, row 3, column "?term"?.*"Lent 2024" is not a period'):
        load(folder)


def test_a_term_that_is_not_over_is_a_window_and_makes_no_year(small, tmp_path):
    folder = project(small, tmp_path)
    path = folder / "registers" / "marks.parquet"
    marks = pd.read_parquet(path)
    marks[marks["date"] <= "2024-06-14"].to_parquet(path, index=False)
    found = load(folder).tables["attendance"]
    assert set(found["period"]) == {"autumn term 2023", "spring term 2024", "2024-04-08 to 2024-06-14"}
    assert set(found["basis"]) == {"part_year"}


def test_the_reported_placements_and_costs_come_back_from_the_synthetic_ledger(tables, made_up, tmp_path):
    shutil.copy(ROOT / "programme.toml", tmp_path)
    shutil.copytree(made_up.ledger, tmp_path / "data" / "raw" / "ledger")
    found = load(tmp_path / "data" / "raw").tables
    wanted = [find(name) for name in ("inmss_placements_count", "inmss_schools_count", "inmss_unit_cost_average")]
    figures = calculate([*wanted, find("transport_pupils_count")], found, RULE, CONTROLLED)
    on_the_day = figures[figures["basis"] == "snapshot"].set_index(["metric_id", "breakdown"])["value"]
    reported = tables["own_figures"].set_index(["metric_id", "breakdown"])["value"]
    shared = [key for key in on_the_day.index if key in reported.index]
    assert len(shared) == 5
    assert on_the_day[shared].to_dict() == reported[shared].to_dict()
    costs = found["costs"].set_index(["what", "provision"])["count"]
    for name, breakdown in (("in borough", "In borough"), ("out of borough", "Out of borough")):
        assert costs["pounds a year", name] == reported["transport_spend", breakdown]
