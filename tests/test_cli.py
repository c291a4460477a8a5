"""The command: what it answers, where it answers, with which status, and what it does not load."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import dbv_analysis
from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.model.pack import PUBLIC, SECTIONS
from dbv_analysis.model.units import SYMBOLS
from dbv_analysis.results import cache
from tests.conftest import HALTON, QUARTER, ROOT, dbv
from tests.publish.conftest import Said, answer, change_cell, one_more
from tests.shipped import METRICS

INMSS = "placement_inmss_percent"
COMMANDS = ("check", "metrics", "new-quarter", "reconcile", "results", "run")

Command = Callable[..., Said]


def keep_alone(project: Path, name: str) -> None:
    """Leave out the DfE's other releases, where what is tested does not depend on how much there is."""
    for release in (project / "data" / "raw").glob("dfe-*"):
        if release.name != name:
            shutil.rmtree(release)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, assembled: cache.Assembled) -> Path:
    """The inputs and settings, and beside them what is kept of them."""
    root = tmp_path_factory.mktemp("command")
    shutil.copy(ROOT / "programme.toml", root)
    cache.store(assembled, Path(shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")), PUBLIC)
    return root


@pytest.fixture
def command(
    folder: Path,
    assemble_once: Callable[[Path, str], cache.Assembled],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Command:
    """The command, run in ``folder`` or another place without a process of its own."""
    monkeypatch.setattr(cache, "assemble", assemble_once)

    def call(*words: str, cwd: Path = folder) -> Said:
        monkeypatch.chdir(cwd)
        return answer(capfd, *words)

    return call


@pytest.fixture
def output(command: Command) -> Callable[..., str]:
    """Standard output of a command that ends well and has nothing else to say."""

    def call(*words: str, **where: Path) -> str:
        said = command(*words, **where)
        assert (said.status, said.err) == (0, "")
        return said.out

    return call


@pytest.fixture
def rows(output: Callable[..., str]) -> Callable[..., list[dict]]:
    """``dbv results`` as strict JSON, which knows no NaN."""

    def call(*words: str, **where: Path) -> list[dict]:
        text = output("results", *words, "--format", "json", **where)
        return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    return call


def test_check_counts_the_shipped_files_and_finds_no_problem():
    done = dbv("check")
    files = list((ROOT / "data" / "raw").rglob("*.csv"))
    rows = sum(len(path.read_text(encoding="utf-8").splitlines()) - 1 for path in files)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{len(files)} files, {rows:,} rows: no problems.\n"


def test_check_names_every_problem_on_standard_error_with_status_1(command, project):
    path = project / "data" / "raw" / "dfe-absence-by-sen" / "absence.csv"
    change_cell(path, 2, "percent", lambda _: "140")
    change_cell(path, 3, "percent", lambda _: "some")
    status, out, err = command("check", cwd=project)
    assert (status, out) == (1, "")
    file = "data/raw/dfe-absence-by-sen/absence.csv"
    places = [line.partition(":")[0] for line in err.splitlines()]
    assert places == [f"{file}, row 2, column percent", f"{file}, row 3, column percent"]


def test_check_warns_of_an_input_that_was_changed_and_still_passes(command, project):
    path = project / "data" / "raw" / "dfe-ehc-plans-2025" / "flows.csv"
    one_more(path)
    status, out, err = command("check", cwd=project)
    assert status == 0
    assert out.endswith(": no problems.\n")
    assert err.startswith("Warning: dfe-ehc-plans-2025/flows.csv has changed")


def test_check_writes_nothing(command, project):
    before = sorted(project.rglob("*"))
    assert command("check", cwd=project).status == 0
    assert sorted(project.rglob("*")) == before


def test_check_finds_data_elsewhere_with_its_settings_above(command, project, tmp_path):
    status, out, _ = command("check", "--data", str(project / "data" / "raw"), cwd=tmp_path)
    assert status == 0
    assert "no problems" in out


def test_results_as_json_go_to_standard_output_alone(folder):
    done = dbv("results", "--metric", INMSS, "--format", "json", cwd=folder)
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    assert rows
    assert all(tuple(row) == RESULT_COLUMNS for row in rows)


def test_in_json_a_count_is_whole_a_share_is_a_number_and_a_missing_one_is_null(rows):
    (row,) = [row for row in rows("--metric", INMSS, "--area", HALTON) if row["period_label"] == "January 2023"]
    assert (row["numerator"], row["denominator"]) == (108, 1319)
    assert isinstance(row["numerator"], int)
    assert row["value"] == pytest.approx(100 * 108 / 1319)
    forecast, *_ = rows("--metric", "dsg_expenditure")
    assert forecast["numerator"] is None
    assert forecast["denominator"] is None
    assert isinstance(forecast["value"], int)


def test_in_json_every_row_has_either_a_number_or_a_symbol_and_days_are_written_year_month_day(rows):
    every = rows()
    assert {row["metric_id"] for row in every} <= set(METRICS)
    hidden = [row for row in every if row["symbol"]]
    assert hidden
    assert {row["symbol"] for row in hidden} <= set(SYMBOLS)
    assert all(row["value"] is None for row in hidden)
    assert all(isinstance(row["value"], (int, float)) for row in every if not row["symbol"])
    days = {row[name] for row in every for name in ("period_start", "period_end", "as_at", "published")}
    assert [day for day in days if date.fromisoformat(day).isoformat() != day] == []


def test_a_metric_of_which_no_input_has_a_figure_yet_gives_no_row_and_is_no_error(rows):
    told = {row["metric_id"] for row in rows()}
    given = set()
    for path in (ROOT / "data" / "raw").rglob("own_figures.csv"):
        with path.open(encoding="utf-8", newline="") as stream:
            given |= {row["metric_id"] for row in csv.DictReader(stream)}
    waiting = set(METRICS) - told
    assert given
    assert given <= told
    assert "hdu_placements_count" in waiting
    for name in waiting:
        assert rows("--metric", name) == []


def test_results_as_csv_have_the_columns_of_the_results_table_in_order(output):
    header, *body = csv.reader(io.StringIO(output("results", "--format", "csv")))
    assert tuple(header) == RESULT_COLUMNS
    assert body
    assert all(len(row) == len(RESULT_COLUMNS) for row in body)
    assert not [row for row in body if {"nan", "NaN", "None", "NaT", "<NA>"} & set(row)]


def test_csv_and_json_hold_the_same_rows(output, rows):
    words = ["--metric", "overall_absence_percent", "--area", HALTON]
    from_json = rows(*words)
    from_csv = list(csv.DictReader(io.StringIO(output("results", *words, "--format", "csv"))))
    assert len(from_json) == len(from_csv) > 0
    for one, other in zip(from_json, from_csv, strict=True):
        for name in RESULT_COLUMNS:
            if isinstance(one[name], (int, float)):
                assert float(other[name]) == pytest.approx(one[name])
            else:
                assert other[name] == (one[name] or "")


def test_results_as_text_show_figures_as_a_page_does_and_a_symbol_with_its_meaning(output):
    lines = output("results", "--metric", INMSS, "--area", HALTON).splitlines()
    (line,) = [line for line in lines if "January 2023" in line]
    assert "8.2%" in line.split()
    assert lines[0] == f"{len(lines) - 2} rows"
    text = output("results", "--metric", "overall_absence_percent", "--area", HALTON)
    (line,) = [line for line in text.splitlines() if "EHC plan and EAL" in line and "September 2024" in line]
    assert "x" in line.split()
    assert f"x = {SYMBOLS['x']}" in text


def test_a_metric_is_chosen_by_its_id_and_given_again_for_more(rows):
    one, two = rows("--metric", INMSS), rows("--metric", INMSS, "--metric", "caseload_count")
    assert {row["metric_id"] for row in one} == {INMSS}
    assert {row["metric_id"] for row in two} == {INMSS, "caseload_count"}
    assert [row for row in two if row["metric_id"] == INMSS] == one


def test_an_area_is_chosen_by_its_code_and_given_again_for_more(rows):
    words = ["--metric", INMSS, "--area", HALTON]
    assert {row["area_name"] for row in rows(*words)} == {"Halton"}
    assert {row["area_name"] for row in rows(*words, "--area", "E92000001")} == {"Halton", "England"}


def test_a_breakdown_is_chosen_by_its_topic(rows):
    chosen = rows("--by", "Scenario")
    assert {row["breakdown_topic"] for row in chosen} == {"Scenario"}
    assert {row["breakdown"] for row in chosen} == {"Unmitigated", "Target", "Stretch"}
    assert {row["metric_id"] for row in chosen} >= {"dsg_expenditure", "dsg_cumulative_deficit"}


def test_a_quarter_leaves_out_what_came_later(rows):
    words = ["--metric", INMSS, "--area", HALTON]
    every, known = rows(*words), rows(*words, "--quarter", QUARTER)
    assert [row for row in every if row["published"] <= "2024-09-26"] == known
    assert [row["period_label"] for row in every if row not in known] == ["January 2025"]


def test_filters_that_leave_nothing_give_no_row_in_every_form(output, rows):
    words = ["--metric", "dsg_expenditure", "--by", "Total"]
    assert rows(*words) == []
    assert output("results", *words, "--format", "csv").splitlines() == [",".join(RESULT_COLUMNS)]
    assert output("results", *words).startswith("0 rows")


def test_results_kept_from_last_time_are_the_same_and_changed_inputs_are_seen(rows, project):
    words = ["--metric", INMSS, "--area", HALTON]
    keep_alone(project, "dfe-ehc-plans-2025")
    first, second = rows(*words, cwd=project), rows(*words, cwd=project)
    assert first == second
    placements = project / "data" / "raw" / "dfe-ehc-plans-2025" / "placements.csv"
    one_more(placements, area_code=HALTON, period="2024-01-18", placement="special_independent")
    third = rows(*words, cwd=project)
    ((one, other),) = [(one, other) for one, other in zip(first, third, strict=True) if one != other]
    assert (other["numerator"], other["denominator"]) == (one["numerator"] + 1, one["denominator"] + 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["results", "--metric", "placement_inmss_percentt"], f'Did you mean "{INMSS}"?'),
        (["results", "--metric", INMSS, "--metric", "caseload"], 'There is no metric "caseload".'),
        (["results", "--area", "E06000006X"], f'Did you mean "{HALTON}"?'),
        (["results", "--area", "Halton"], 'No result has area_code "Halton".'),
        (["results", "--by", "Scenarios"], 'Did you mean "Scenario"?'),
        (["results", "--by", "scenario"], 'Did you mean "Scenario"?'),
        (["results", "--quarter", "2024-25-Q5"], '"2024-25-Q5" is not a quarter.'),
        (["results", "--quarter", "2024-25-Q3"], "2024-25-Q3 is not among the quarters of programme.toml"),
        (["results", "--format", "jsn"], "'jsn' is not one of 'text', 'csv', 'json'"),
        (["results", "--profile", "open"], "'open' is not one of 'public', 'controlled'"),
        (["results", "--metrics", INMSS], "Did you mean '--metric'?"),
        (["results", "--data", "nowhere"], "There is no folder nowhere."),
        (["check", "--data", "nowhere"], "There is no folder nowhere."),
        (["metrics", "--format", "csv"], "'csv' is not one of"),
        (["reslts"], "Did you mean 'results'?"),
        (["check", "everything"], "unexpected extra argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_call_ends_with_2_and_says_what_to_type(command, words, said):
    status, out, err = command(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_problems_with_inputs_end_results_with_1(command, project):
    path = project / "data" / "raw" / "dfe-ehc-plans-2025" / "placements.csv"
    path.write_bytes(b"")
    status, out, err = command("results", "--format", "json", cwd=project)
    assert (status, out) == (1, "")
    assert err.startswith("data/raw/dfe-ehc-plans-2025/placements.csv: is empty.")


def test_metrics_as_json_tell_of_every_metric(output):
    told = {record["metric_id"]: record for record in json.loads(output("metrics", "--format", "json"))}
    metrics = METRICS
    assert set(told) == set(metrics)
    for name, record in told.items():
        assert (record["title"], record["unit"]) == (metrics[name].title, metrics[name].unit.name)
        assert record["definition"]
        assert record["source"]
    assert told["dsg_expenditure"]["breakdowns"] == ["Scenario"]
    assert told[INMSS]["better"] == "lower"


def test_metrics_as_text_tell_of_every_metric_in_the_order_of_a_pack(output):
    heads = [re.split(" {2,}", line) for line in output("metrics").splitlines() if not line.startswith(" ")]
    metrics = METRICS.values()
    assert sorted(name for _, name, _ in heads) == sorted(metric.id for metric in metrics)
    assert list(dict.fromkeys(section for section, _, _ in heads)) == list(SECTIONS)
    assert {name: unit for _, name, unit in heads} == {metric.id: f"({metric.unit.name})" for metric in metrics}


def test_metrics_as_markdown_have_a_heading_a_metric(output):
    text = output("metrics", "--format", "markdown")
    for metric in METRICS.values():
        assert f"### {metric.title}\n" in text
        assert f"`{metric.id}`" in text


OPTIONS = ("QUARTER", "--data", "--out", "--as-at", "--only", "--profile", "--jobs", "--force")


def test_help_names_every_command_and_each_explains_itself(output):
    for text in (output("--help"), output("-h")):
        assert [name for name in COMMANDS if f"  {name} " not in text] == []
    for name in COMMANDS:
        text = output(name, "--help")
        assert f"dbv {name}" in text
        assert "--format" in text or "--data" in text
    assert [option for option in OPTIONS if option not in output("run", "--help")] == []


def test_the_version_is_that_of_the_package(output):
    assert output("--version") == f"dbv, version {dbv_analysis.__version__}\n"


def test_the_command_by_its_own_name_says_the_same():
    beside = Path(sys.executable).with_name("dbv")
    if not beside.exists():
        pytest.skip("the command is not installed beside Python")
    done = subprocess.run([beside, "--version"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, f"dbv, version {dbv_analysis.__version__}\n")


def loaded_by(*words: str, cwd: Path) -> set[str]:
    """Which libraries the command loads for a call: the first part of every module's name."""
    program = (
        "import sys\n"
        f"sys.argv = ['dbv', *{list(words)!r}]\n"
        "from dbv_analysis.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


HEAVY = "pandas numpy pandera pyarrow narwhals matplotlib papermill pydantic nbconvert"


def test_the_version_and_help_load_no_library_of_tables_or_schemas(folder):
    for words in (["--version"], ["--help"], ["run", "--help"]):
        assert not loaded_by(*words, cwd=folder) & set(HEAVY.split())


def test_results_load_nothing_that_draws_or_runs_notebooks(project):
    keep_alone(project, "dfe-dsg-2023-24")
    loaded = loaded_by("results", "--metric", INMSS, cwd=project)
    assert "pandas" in loaded
    assert not loaded & {"matplotlib", "seaborn", "afcharts", "papermill", "nbconvert", "nbclient", "gptables", "bs4"}


def test_results_kept_from_last_time_are_read_without_the_schemas(folder, command):
    words = ["results", "--metric", INMSS]
    assert command(*words).status == 0
    assert "pandera" not in loaded_by(*words, cwd=folder)
