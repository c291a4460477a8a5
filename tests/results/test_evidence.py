"""What a pack may know: the cut-off, and results that are kept for as long as nothing behind them changes."""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.cross_checks import check_own_figures
from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.period import FULL_YEAR, PART_YEAR, SNAPSHOT
from dbv_analysis.model.problems import CallProblem, DataProblems
from dbv_analysis.model.project_lists import PROJECT_LISTS
from dbv_analysis.model.settings import load_programme
from dbv_analysis.results import cache
from dbv_analysis.results.cache import Assembled, store, stored
from dbv_analysis.results.count import count_figures
from dbv_analysis.results.evidence import Evidence, during, open_evidence, period_of, written
from tests.conftest import HALTON, QUARTER
from tests.publish.conftest import answer, change_cell, copy_of_the_project
from tests.shipped import METRICS

OVERALL = "overall_absence_percent"
ENGLAND = "E92000001"


@pytest.fixture(scope="module")
def processed(tmp_path_factory, results: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> Path:
    """What is kept of the shipped inputs: a folder to copy."""
    root = copy_of_the_project(tmp_path_factory.mktemp("kept"))
    keep(root / "data" / "raw", results, tables)
    return root / "data" / "processed"


@pytest.fixture
def inputs(project: Path, processed: Path) -> Path:
    """A project's inputs, of which the results are kept."""
    shutil.copytree(processed, project / "data" / "processed")
    return project / "data" / "raw"


@pytest.fixture
def evidence(inputs: Path) -> Evidence:
    return open_evidence(QUARTER, inputs)


@pytest.fixture(scope="module")
def shipped(processed: Path) -> Evidence:
    """What the shipped quarter's pack may use, for tests that change no file."""
    return open_evidence(QUARTER, processed.with_name("raw"))


def keep(folder: Path, results: pd.DataFrame, tables: dict[str, pd.DataFrame], profile: str = PUBLIC) -> None:
    store(Assembled(load_programme(folder), results, tables, [], count_figures((), {})), folder, profile)


def at(evidence: Evidence, day: str) -> Evidence:
    return dataclasses.replace(evidence, cut_off=date.fromisoformat(day))


def test_the_shipped_quarter_ends_its_knowledge_at_its_own_cut_off(evidence):
    assert evidence.cut_off == date(2024, 9, 26)
    assert (evidence.area, evidence.start) == ("Halton", date(2024, 4, 1))


def test_no_row_of_any_metric_was_published_after_the_cut_off(evidence):
    areas = list(evidence.results["area_code"].unique())
    published = [day for metric_id in evidence.metrics for day in evidence.rows(metric_id, areas)["published"]]
    assert len(published) > 1000
    assert max(published) <= evidence.cut_off


def test_rows_since_are_those_published_later_and_no_others(evidence):
    areas = list(evidence.results["area_code"].unique())
    later = 0
    for metric_id in evidence.metrics:
        known, since = evidence.rows(metric_id, areas), evidence.rows(metric_id, areas, since=True)
        assert (since["published"] > evidence.cut_off).all()
        assert len(known) + len(since) == (evidence.results["metric_id"] == metric_id).sum()
        later += len(since)
    assert later > 0


def test_january_2025_came_out_after_the_cut_off(evidence):
    known, since = evidence.rows("caseload_count"), evidence.rows("caseload_count", since=True)
    assert known["period_label"].iloc[-1] == "January 2024"
    assert list(since["period_label"]) == ["January 2025"]
    assert since["value"].iloc[0] == 1712


def test_a_figure_counts_from_the_very_day_on_which_it_came_out(evidence):
    day = evidence.rows("caseload_count")["published"].iloc[-1]
    before = at(evidence, (day - pd.Timedelta(days=1)).isoformat())
    assert at(evidence, day.isoformat()).rows("caseload_count")["period_label"].iloc[-1] == "January 2024"
    assert before.rows("caseload_count")["period_label"].iloc[-1] == "January 2023"


def test_rows_are_the_authoritys_own_unless_areas_are_named(evidence):
    assert set(evidence.rows("caseload_count")["area_code"]) == {HALTON}
    assert set(evidence.rows("caseload_count", [ENGLAND])["area_code"]) == {ENGLAND}


def test_rows_can_be_of_one_breakdown_and_one_basis_and_stand_in_order(evidence):
    rows = evidence.rows(OVERALL, breakdown="SEN support", basis=FULL_YEAR)
    assert list(rows["period_label"]) == ["2018/19", "2020/21", "2021/22", "2022/23"]
    assert set(rows["breakdown"]) == {"SEN support"}


def test_whole_leaves_parts_of_a_year_out(evidence):
    every, whole = evidence.rows(OVERALL), evidence.whole(OVERALL)
    assert PART_YEAR in set(every["basis"])
    assert set(whole["basis"]) == {FULL_YEAR}
    assert len(whole) == (every["basis"] == FULL_YEAR).sum()
    assert set(evidence.whole("caseload_count")["basis"]) == {SNAPSHOT}


def test_a_revised_figure_is_used_once_its_release_is_out_and_not_before(evidence):
    """The revision is in a release of its own; the figure's first publication stays what it was."""
    first = evidence.sources[0].model_copy(update={"release": "first", "published": date(2024, 6, 13)})
    second = first.model_copy(update={"release": "second", "published": date(2024, 8, 1)})
    row = evidence.rows("caseload_count").iloc[[-1]]
    results = pd.concat(
        [row.assign(release="first", value=1500.0), row.assign(release="second", value=1524.0)], ignore_index=True
    )
    revised = dataclasses.replace(evidence, results=results, sources=[first, second])
    assert list(at(revised, "2024-07-01").rows("caseload_count")["value"]) == [1500]
    assert list(at(revised, "2024-09-01").rows("caseload_count")["value"]) == [1524]


def test_a_figure_is_written_in_its_unit_and_a_symbol_as_the_symbol(evidence):
    row = evidence.rows("placement_special_percent").iloc[-1]
    assert evidence.write(row) == "37.2%"
    hidden = row.copy()
    hidden["value"], hidden["symbol"] = float("nan"), "c"
    assert evidence.write(hidden) == "c"


def test_a_rows_period_knows_its_kind(evidence):
    def kinds(metric_id):
        return {period_of(row).kind for _, row in evidence.rows(metric_id, basis=None).iterrows()}

    assert kinds("dsg_expenditure") == {"financial year"}
    assert kinds("persistent_absence_percent") == {"academic year"}
    assert kinds("caseload_count") == {SNAPSHOT}
    assert "part_year" in kinds(OVERALL)


def test_another_day_moves_the_cut_off(inputs):
    later = open_evidence(QUARTER, inputs, as_at="2025-07-01")
    assert later.cut_off == date(2025, 7, 1)
    assert later.rows("caseload_count")["period_label"].iloc[-1] == "January 2025"
    assert open_evidence(QUARTER, inputs, as_at=date(2023, 12, 1)).rows("dsg_expenditure").empty
    assert open_evidence("2023-24-Q1", inputs, as_at="2023-06-30").cut_off == date(2023, 6, 30)


def test_kept_results_are_used_again(inputs, results, tables):
    marked = results.head(3).assign(value=[1.0, 2.0, 3.0])
    keep(inputs, marked, tables)
    assert list(open_evidence(QUARTER, inputs).results["value"]) == [1, 2, 3]


def test_kept_results_are_what_was_kept_for_their_profile_alone(inputs, results, tables, tmp_path):
    pd.testing.assert_frame_equal(stored(inputs, PUBLIC), results, check_dtype=False)
    assert len(stored(inputs, PUBLIC, "placements")) == len(tables["placements"])
    assert stored(inputs, CONTROLLED) is None
    shutil.rmtree(inputs.with_name("processed"))
    assert stored(inputs, PUBLIC) is None, "nothing is kept before it is stored"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("dfe-ehc-plans-2025/placements.csv", r"\Z", "\n"),
        ("dfe-ehc-plans-2025/placements.source.toml", "2024-06-13", "2024-10-13"),
        ("../../programme.toml", "threshold = 5", "threshold = 10"),
    ],
    ids=["an input", "an input's source", "the settings"],
)
def test_kept_results_are_thrown_away_when_what_they_come_of_changes(inputs, file, old, new):
    path = inputs / file
    before = path.read_text(encoding="utf-8")
    path.write_text(re.sub(old, new, before), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != before
    assert stored(inputs, PUBLIC) is None
    assert stored(inputs, PUBLIC, "placements") is None


def test_kept_results_are_thrown_away_when_an_input_is_added_or_taken_out(inputs):
    extra = inputs / "note.txt"
    extra.write_text("x", encoding="utf-8")
    assert stored(inputs, PUBLIC) is None
    extra.unlink()
    assert stored(inputs, PUBLIC) is not None
    (inputs / "dfe-ehc-plans-2025" / "flows.csv").unlink()
    assert stored(inputs, PUBLIC) is None


def test_results_that_cannot_be_kept_use_are_worked_out_anew(inputs, project, results, tables, assembled, monkeypatch):
    monkeypatch.setattr(cache, "assemble", lambda data, profile: assembled)
    keep(inputs, results.head(3), tables)
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert len(open_evidence(QUARTER, inputs).results) == len(results)


def test_a_kept_file_that_was_cut_short_counts_as_not_kept(inputs, project):
    path = project / "data" / "processed" / "results.parquet"
    path.write_bytes(path.read_bytes()[:1000])
    assert stored(inputs, PUBLIC) is None


@pytest.mark.parametrize(
    ("quarter", "more", "words"),
    [
        *((quarter, {}, "is not a quarter.*such as 2024-25-Q2") for quarter in ("2024-25-Q5", "2024-26-Q1", "Q2", "")),
        ("2024-25-q2", {}, "is not a quarter.*such as 2024-25-Q2"),
        *((QUARTER, {"as_at": day}, "") for day in ("September", "2024-13-01", "2024-02-30", "26/09/2024")),
        (QUARTER, {"profile": "Public"}, ""),
        ("2023-24-Q1", {}, r"2023-24-Q1 is not among the quarters of programme\.toml.*cut_off"),
    ],
)
def test_a_quarter_a_day_or_a_profile_that_is_none_is_a_problem_of_the_call(data, quarter, more, words):
    with pytest.raises(CallProblem, match=words):
        open_evidence(quarter, data, **more)


def test_inputs_that_are_wrong_are_said_to_be_so(inputs):
    path = inputs / "dfe-ehc-plans-2025" / "placements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",mainstream_academy,", ",a hut,", 1), encoding="utf-8")
    with pytest.raises(DataProblems, match="a hut"):
        open_evidence(QUARTER, inputs)


def test_every_source_has_the_sum_that_its_file_has_now(inputs, results, tables):
    before = {source.file: source.sha256 for source in open_evidence(QUARTER, inputs).sources}
    path = inputs / "dfe-ehc-plans-2025" / "flows.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("assessments issued,202\n", "assessments issued,203\n"))
    keep(inputs, results, tables)
    after = {source.file: source.sha256 for source in open_evidence(QUARTER, inputs).sources}
    assert {file for file in before if before[file] != after[file]} == {"dfe-ehc-plans-2025/flows.csv"}


def with_another_release(evidence: Evidence, published: str, value: float) -> Evidence:
    """The evidence, and a release of its own that gives Halton's caseload of January 2024 anew."""
    shipped = next(source for source in evidence.sources if source.table == "caseload")
    source = shipped.model_copy(update={"release": "another", "published": date.fromisoformat(published)})
    rows = evidence.results
    rows = rows[(rows["metric_id"] == "caseload_count") & (rows["period_label"] == "January 2024")]
    return dataclasses.replace(
        evidence,
        sources=[*evidence.sources, source],
        results=pd.concat([evidence.results, rows.assign(release="another", value=value)], ignore_index=True),
    )


@pytest.mark.parametrize(
    ("published", "cut_off", "release"),
    [
        ("2024-06-13", "2024-09-26", "another"),  # was out by the cut-off, the shipped one was not
        ("2024-06-13", "2026-01-01", "ehc-plans-2025"),  # both were out: the newest counts
        ("2026-06-01", "2026-01-01", "ehc-plans-2025"),  # only the shipped one was out
        ("2026-06-01", "2024-09-26", "ehc-plans-2025"),  # neither was: the first after the cut-off
    ],
)
def test_of_several_releases_the_newest_that_was_out_counts_or_else_the_first_after(
    evidence, published, cut_off, release
):
    both = at(with_another_release(evidence, published, value=1500.0), cut_off)
    january = both.rows("caseload_count").query("period_label == 'January 2024'")
    assert january["release"].tolist() == [release]
    assert january["value"].tolist() == [1500.0 if release == "another" else 1524.0]


def test_a_figure_that_was_out_by_the_cut_off_is_not_news_when_a_later_release_gives_it_again(evidence):
    both = with_another_release(evidence, "2026-06-01", value=1500.0)
    again = both.results["release"] == "another"
    both = dataclasses.replace(
        both, results=both.results.assign(published=both.results["published"].mask(again, date(2026, 6, 1)))
    )
    assert set(both.rows("caseload_count", since=True)["period_label"]) == {"January 2025"}


def test_a_printed_figure_of_a_measure_that_does_not_exist_is_a_problem_of_the_data(project):
    path = project / "data" / "raw" / "quarterly-report-2024-09" / "printed_figures.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("placement_inmss_percent", "placement_inms_percent"))
    with pytest.raises(DataProblems, match=r'"placement_inms_percent" is not a metric.*placement_inmss_percent'):
        open_evidence(QUARTER, project / "data" / "raw")


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("2022/23", "in 2022/23"),
        ("2024-25-Q2", "in 2024-25-Q2"),
        ("September 2024", "in September 2024"),
        ("autumn term 2023", "in autumn term 2023"),
        ("1 to 21 September 2024", "from 1 to 21 September 2024"),
        ("1 September 2023 to 31 March 2024", "from 1 September 2023 to 31 March 2024"),
        ("to the end of 2024-25-Q2", "by the end of 2024-25-Q2"),
    ],
)
def test_a_sentence_goes_on_with_the_time_of_a_figure(label, words):
    assert during(pd.Series({"period_label": label})) == words


def test_the_time_of_every_shipped_figure_goes_on_with_in_from_or_by(shipped):
    labels = set(shipped.results["period_label"])
    assert {during(pd.Series({"period_label": label})).split()[0] for label in labels} == {"in", "from", "by"}


def test_a_share_is_written_with_the_decimals_of_its_own_document(shipped, data):
    """62.4 % and 64% are the same measure's neighbours: each keeps what its document prints."""
    told = 0
    for row in read(data / "quarterly-report-2024-09" / "own_figures.csv"):
        if not re.fullmatch(r"[\d.]+ ?%", row["printed"]):
            continue
        rows = shipped.rows(row["metric_id"], breakdown=row["breakdown"])
        found = [written(shipped.metrics[row["metric_id"]], one) for _, one in rows.iterrows() if one["printed"]]
        assert found == [row["printed"].replace(" ", "")]
        told += 1
    assert told >= 5


def test_a_figure_without_a_document_is_written_as_its_measure_is(shipped):
    row = shipped.whole("plans_20_weeks_percent").iloc[-1]
    assert row["printed"] == ""
    assert written(shipped.metrics["plans_20_weeks_percent"], row) == shipped.write(row)
    assert "." in shipped.write(row)


def test_a_symbol_is_written_as_the_symbol_whatever_is_printed(shipped):
    row = shipped.rows(OVERALL, basis=PART_YEAR).iloc[-1].copy()
    row["symbol"], row["value"], row["printed"] = "c", float("nan"), "9.7%"
    assert written(shipped.metrics[OVERALL], row) == "c"


def test_what_has_been_asked_before_is_not_worked_out_again(shipped):
    fresh = dataclasses.replace(shipped)
    assert fresh._answers == {}
    first = fresh.rows("caseload_count", (code for code in (HALTON, ENGLAND)))
    known = len(fresh._answers)
    pd.testing.assert_frame_equal(fresh.rows("caseload_count", [HALTON, ENGLAND]), first)
    assert len(fresh._answers) == known == 2  # the metric's rows in order, and those asked for
    fresh.rows("caseload_count", [ENGLAND])
    fresh.rows("caseload_count", [HALTON, ENGLAND], since=True)
    assert len(fresh._answers) == known + 3


def test_spoiling_an_answer_does_not_spoil_the_next(shipped):
    spoilt = shipped.rows("caseload_count")
    before = list(spoilt["value"])
    spoilt["value"] = 0
    spoilt.loc[len(spoilt)] = spoilt.loc[0]
    assert list(shipped.rows("caseload_count")["value"]) == before
    assert 0 not in before


def test_evidence_at_another_cut_off_remembers_nothing_of_this_one(shipped):
    newest = shipped.rows("caseload_count")["period_label"].iloc[-1]
    later = at(shipped, "2025-07-01")
    assert later.rows("caseload_count")["period_label"].iloc[-1] != newest
    assert shipped.rows("caseload_count")["period_label"].iloc[-1] == newest


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("name", PROJECT_LISTS)
def test_a_register_holds_every_entry_of_its_files_once_in_their_order(shipped, data, name):
    files = sorted(data.rglob(f"{name}.csv"))
    keys = [tuple(row[column] for column in PROJECT_LISTS[name]) for path in files for row in read(path)]
    entries = shipped.project_list(name)
    assert [tuple(map(str, key)) for key in entries[list(PROJECT_LISTS[name])].itertuples(index=False)] == keys
    assert len(set(keys)) == len(keys) > 0
    assert set(entries.columns) == set(shipped.lists[name].columns)


@pytest.mark.parametrize("name", PROJECT_LISTS)
def test_a_register_is_empty_until_its_document_is_out(shipped, name):
    first = min(shipped.lists[name]["published"])
    before = (pd.Timestamp(first) - pd.Timedelta(days=1)).date()
    assert at(shipped, before.isoformat()).project_list(name).empty
    assert not at(shipped, first.isoformat()).project_list(name).empty


def with_entries(evidence: Evidence, name: str, entries: pd.DataFrame) -> Evidence:
    """The evidence, and entries that a later file gives of a register."""
    both = pd.concat([evidence.lists[name], entries], ignore_index=True)
    return dataclasses.replace(evidence, lists={**evidence.lists, name: both})


def test_the_newest_entry_that_was_out_by_the_cut_off_counts_in_its_old_place(shipped):
    risks = shipped.lists["risks"]
    again = risks[risks["number"].isin(["3", "1"])]
    january = again.assign(rating="H", published=date(2025, 1, 24))
    april = again.assign(rating="L", published=date(2025, 4, 24))
    # The file of April is read first: its place among the files says nothing of its day.
    every = with_entries(with_entries(shipped, "risks", april), "risks", january)
    order = list(risks["number"])
    for day, rating in [("2025-01-24", "H"), ("2025-04-23", "H"), ("2025-04-24", "L"), ("2030-01-01", "L")]:
        found = at(every, day).project_list("risks")
        assert list(found["number"]) == order
        assert set(found.loc[found["number"].isin(["3", "1"]), "rating"]) == {rating}
    before, plain = (one.project_list("risks") for one in (at(every, "2025-01-23"), shipped))
    assert list(before["rating"]) == list(plain["rating"])


def test_an_entry_that_a_later_file_adds_stands_after_the_others_from_its_day_on(shipped):
    risks = shipped.lists["risks"]
    more = with_entries(shipped, "risks", risks.tail(1).assign(number="99", published=date(2025, 1, 24)))
    assert "99" not in set(at(more, "2025-01-23").project_list("risks")["number"])
    assert list(at(more, "2025-01-24").project_list("risks")["number"]) == [*risks["number"], "99"]


def test_an_entry_is_named_by_all_columns_of_its_key(shipped):
    """A later report of the second quarter says another status; what it says of the third is an entry of its own."""
    phases = shipped.lists["phases"]
    key = (phases["element"] == "Thrive") & (phases["quarter"] == QUARTER) & (phases["said_in"] == "detail")
    again = phases[key].assign(status="Behind", published=date(2025, 1, 24))
    other = again.assign(quarter="2024-25-Q3")
    later = at(with_entries(shipped, "phases", pd.concat([again, other])), "2025-01-24").project_list("phases")
    said = later[(later["element"] == "Thrive") & (later["said_in"] != "plan")]
    assert [tuple(row) for row in said[["quarter", "said_in", "status"]].itertuples(index=False)] == [
        (QUARTER, "summary", "Ahead"),
        (QUARTER, "detail", "Behind"),
        ("2024-25-Q3", "detail", "Behind"),
    ]


@pytest.mark.parametrize("name", PROJECT_LISTS)
def test_a_register_without_entries_has_its_columns_and_no_row(shipped, name):
    none = dataclasses.replace(shipped, lists={**shipped.lists, name: shipped.lists[name].iloc[:0]})
    entries = none.project_list(name)
    assert entries.empty
    assert set(entries.columns) == set(shipped.lists[name].columns)


@pytest.fixture
def wrong(data: Path, tables: dict[str, pd.DataFrame]) -> Callable[..., list[str]]:
    """Says what is wrong once a figure of the report's own reads otherwise: a line a problem."""

    def found(metric_id: str, breakdown: str, /, **to: object) -> list[str]:
        own = tables["own_figures"].copy()
        chosen = (own["metric_id"] == metric_id) & (own["breakdown"] == breakdown)
        own.loc[chosen, list(to)] = list(to.values())
        with pytest.raises(DataProblems) as problems:
            check_own_figures({**tables, "own_figures": own}, METRICS, data)
        return str(problems.value).splitlines()

    return found


def place(data: Path, metric_id: str, breakdown: str, column: str, document: str = "quarterly-report-2024-09") -> str:
    """Where a figure stands: its file, its row as a spreadsheet numbers it, and the column."""
    file = data / document / "own_figures.csv"
    rows = [(row["metric_id"], row["breakdown"]) for row in read(file)]
    return f"{file.as_posix()}, row {rows.index((metric_id, breakdown)) + 2}, column {column}"


def test_the_shipped_figures_go_with_their_measures(tables, data):
    assert check_own_figures(tables, METRICS, data) is None


PLACED, SPEND, SCHOOLS = "inmss_placements_count", "transport_spend", "inmss_schools_count"


@pytest.mark.parametrize(
    ("metric_id", "breakdown", "column", "to", "message"),
    [
        (PLACED, "Total", "metric_id", "inmss_placement_count", '"inmss_placement_count" is not a metric. Use one that '
         '`dbv metrics` lists. Did you mean "inmss_placements_count"?'),
        (PLACED, "Total", "metric_id", "caseload_count", "caseload_count is not read from figures of the authority's "
         "own. Take the row out."),
        (SPEND, "Out of borough", "breakdown", "Out of boro", '"Out of boro" is not a breakdown of transport_spend. '
         'Use In borough or Out of borough. Did you mean "Out of borough"?'),
        (SCHOOLS, "Total", "breakdown", "SEMH", '"SEMH" is not a breakdown of inmss_schools_count. Use Total.'),
        (PLACED, "Total", "value", 126.5, "126.5 is not a count. Write a whole number of 0 or more."),
        (PLACED, "Total", "value", -1.0, "-1 is not a count. Write a whole number of 0 or more."),
        ("thrive_engaged_percent", "Total", "value", -72.8, "-72.8 is below 0. Check the figure."),
    ],
    ids=["no metric", "of releases", "no breakdown", "no breakdowns", "a fraction", "below nought", "a share below"],
)  # fmt: skip
def test_a_figure_of_the_reports_own_that_is_wrong_is_named_with_its_place_and_what_to_do(
    wrong, data, metric_id, breakdown, column, to, message
):
    assert wrong(metric_id, breakdown, **{column: to}) == [f"{place(data, metric_id, breakdown, column)}: {message}"]


def test_every_figure_that_does_not_go_with_its_measure_is_told_at_once(wrong, data):
    found = wrong("training_count", "Team Teach: trainers", metric_id="training_cuont", value=0.5)
    assert len(found) == 1  # a figure of no known measure is judged no further
    found = wrong("suspensions_count", "Total", value=0.5)
    assert len(found) == 2
    assert [line.partition(":")[0] for line in found] == sorted(line.partition(":")[0] for line in found)


def test_money_and_shares_may_have_a_fraction_and_a_symbol_needs_no_number(tables, data):
    own = tables["own_figures"].copy()
    own.loc[own["metric_id"] == "transport_spend", "value"] = 0.5
    counted = own["metric_id"] == "inmss_placements_count"
    own.loc[counted, ["value", "symbol"]] = [float("nan"), "x"]
    assert check_own_figures({**tables, "own_figures": own}, METRICS, data) is None


def test_the_command_tells_of_a_figure_by_its_file_row_and_column(project, monkeypatch, capfd):
    path = project / "data" / "raw" / "quarterly-report-2024-09" / "own_figures.csv"
    row = 2 + [one["metric_id"] for one in read(path)].index("inmss_placements_count")
    change_cell(path, row, "value", lambda _: "126.5")
    monkeypatch.chdir(project)
    done = answer(capfd, "check")
    assert (done.status, done.out) == (1, "")
    assert done.err.splitlines() == [
        f"data/raw/quarterly-report-2024-09/own_figures.csv, row {row}, column value: 126.5 is not a count. "
        "Write a whole number of 0 or more."
    ]
