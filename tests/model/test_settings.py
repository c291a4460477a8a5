from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from dbv_analysis.model.period import Quarter
from dbv_analysis.model.problems import CallProblem, DataProblem, DataProblems
from dbv_analysis.model.settings import FILE, load_programme
from tests.conftest import HALTON, QUARTER, ROOT

OLDER = """
[[neighbours]]
name = "statistical neighbours"
dated = 2021-04-01
source = "An older list"

[neighbours.areas]
E08000013 = "St. Helens"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder under a copy of the shipped programme.toml."""
    shutil.copy(ROOT / FILE, tmp_path)
    data = tmp_path / "data" / "raw"
    data.mkdir(parents=True)
    return data


@pytest.fixture
def problems(folder: Path) -> Callable[[str, str], list[DataProblem]]:
    """The problems of a programme.toml in which one text stands in place of another."""

    def spoil(text: str, instead: str) -> list[DataProblem]:
        file = folder.parent.parent / FILE
        whole = file.read_text(encoding="utf-8")
        assert text in whole
        file.write_text(whole.replace(text, instead), encoding="utf-8")
        with pytest.raises(DataProblems) as caught:
            load_programme(folder)
        return caught.value.problems

    return spoil


def add(folder: Path, text: str) -> None:
    file = folder.parent.parent / FILE
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_the_shipped_programme_is_read(data):
    programme = load_programme(data)
    assert (programme.area.code, programme.area.name) == (HALTON, "Halton")
    assert programme.region.code == "E12000002"
    assert programme.country.code == "E92000001"
    assert programme.programme.start == date(2024, 4, 1)
    assert programme.disclosure.threshold == 5
    assert programme.root == ROOT


def test_no_two_neighbours_are_one_place_and_none_is_the_area_itself(data):
    codes = load_programme(data).neighbours_at(date(2025, 5, 1)).codes
    assert len(set(codes)) == len(codes) == 10
    assert HALTON not in codes


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("start = 2024-04-01\n", "programme.start"),
        ('name = "Halton"\n', "area.name"),
        ('code = "E12000002"\n', "region.code"),
        ("dated = 2025-05-01\n", "neighbours.0.dated"),
        ("cut_off = 2024-09-26\n", "quarters.2024-25-Q2.cut_off"),
        ('title = "Inclusion Programme"\n', "workstreams.1.title"),
        ('engaged = "thrive_engaged_percent"\n', "training.engaged"),
        ('place = "high dependency place"\n', "unit.place"),
        ('title = "Schools engaged with Thrive"\n', "measures.0.title"),
    ],
)
def test_a_setting_that_is_missing_is_named_with_its_file(problems, line, key):
    assert problems(line, "") == [DataProblem(FILE, f"{key} is missing.", "Add it.")]


@pytest.mark.parametrize(
    ("line", "with_it", "key"),
    [
        ("threshold = 5", "threshhold = 5", "disclosure.threshhold"),
        ("threshold = 5", "money_treshold = 3", "disclosure.money_treshold"),
        ('[area]\ncode = "E06000006"', '[area]\ncode = "E06000006"\ncolour = "blue"', "area.colour"),
        ("[programme]", 'colour = "blue"\n[programme]', "colour"),
        ("[programme]", 'root = "elsewhere"\n[programme]', "root"),
        ("[training]", '[training]\ntitle = "x"', "training.title"),
        ('id = "training_count"', 'id = "training_count"\ngroup = "x"', "measures.2.group"),
    ],
)
def test_a_setting_that_is_not_known_is_named_with_its_file(problems, line, with_it, key):
    assert problems(line, with_it) == [
        DataProblem(FILE, f"{key} is not a known setting.", "Correct its name or take it out.")
    ]


@pytest.mark.parametrize("name", ["2024-25-Q5", "2024-26-Q1", "Q2"])
def test_a_quarter_that_does_not_exist_is_named_with_how_to_write_one(problems, name):
    (problem,) = problems('"2024-25-Q2"', f'"{name}"')
    assert problem.file == FILE
    assert problem.what.startswith("quarters ")
    assert f'"{name}" is not a quarter. Write the financial year and Q1, Q2, Q3 or Q4' in problem.what


def test_the_words_of_a_problem_end_in_one_full_stop(problems):
    (problem,) = problems('"2024-25-Q2"', '"2024-25-Q5"')
    assert ".." not in str(problem)


@pytest.mark.parametrize("code", ["E0600006", "X06000006", "e06000006", "E060000066", ""])
def test_a_code_that_is_not_an_area_code_is_named_with_its_key(problems, code):
    (problem,) = problems(f'code = "{HALTON}"', f'code = "{code}"')
    assert problem.file == FILE
    assert problem.what.startswith(f"area.code holds '{code}'")


def test_a_neighbours_code_that_is_not_an_area_code_is_named(problems):
    (problem,) = problems("E08000024 =", "E8000024 =")
    assert problem.file == FILE
    assert problem.what.startswith("neighbours.0.areas.E8000024")


@pytest.mark.parametrize(
    ("line", "instead", "key", "value"),
    [
        ("cut_off = 2024-09-26", 'cut_off = "late September"', "quarters.2024-25-Q2.cut_off", "'late September'"),
        ("threshold = 5", "threshold = 0", "disclosure.threshold", "0"),
        ("threshold = 5", 'threshold = "few"', "disclosure.threshold", "'few'"),
        ("threshold = 5", "money_threshold = 0", "disclosure.money_threshold", "0"),
        ('name = "Halton"', 'name = ""', "area.name", "''"),
        ('number = "2"', 'number = "second"', "workstreams.1.number", "'second'"),
        ('id = "hdu"', 'id = "H D U"', "unit.id", "'H D U'"),
        ('id = "hdu"', 'id = "hdu"\narticle = "the"', "unit.article", "'the'"),
        ('kind = "score"', 'kind = "mark"', "measures.7.kind", "'mark'"),
        ('allocation"\nunit = "pounds"', 'allocation"\nunit = "£"', "measures.8.unit", "'£'"),
    ],
)
def test_a_value_that_cannot_be_is_shown_with_its_key(problems, line, instead, key, value):
    (problem,) = problems(line, instead)
    assert problem.file == FILE
    assert problem.what.startswith(f"{key} holds {value}: ")
    assert problem.fix == "Correct it."


@pytest.mark.parametrize(
    ("line", "instead", "what"),
    [
        ('number = "2"', 'number = "1"', 'workstreams "1" is there twice.'),
        ('id = "training_count"', 'id = "enabler_score"', 'measures "enabler_score" is there twice.'),
        ('topic = "Role"\n', "", "measures.3 names a topic without groups, or groups without a topic."),
        ('definition = "Schools that are', 'topic = "Kind"\ndefinition = "Schools that are',
         "measures.5 names a topic without groups, or groups without a topic."),
        ('kind = "children"', 'kind = "children"\nunit = "pounds"',
         'measures.6 is of the kind "children", which only a count can be.'),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_are_named_with_what_is_wrong(problems, line, instead, what):
    assert problems(line, instead) == [DataProblem(FILE, what, "Correct it.")]


def test_every_wrong_setting_is_named_at_once(problems):
    found = problems("[disclosure]\nthreshold = 5", "[disclosures]\nthreshold = 0\n[area.extra]")
    assert {problem.what.split()[0] for problem in found} == {"disclosures", "area.extra"}


def test_text_that_is_not_toml_is_refused_with_the_line(problems):
    line = (ROOT / FILE).read_text(encoding="utf-8").splitlines().index("[area]") + 1
    (problem,) = problems("[area]", "[area")
    assert problem.file == FILE
    assert "is not valid TOML" in problem.what
    assert f"line {line}," in problem.what


def test_a_programme_that_is_not_in_utf_8_is_refused(folder):
    (folder.parent.parent / FILE).write_bytes('name = "Montréal"'.encode("latin-1"))
    with pytest.raises(DataProblems, match=r"programme\.toml: is not valid TOML"):
        load_programme(folder)


def test_a_programme_without_a_disclosure_rule_hides_what_the_default_hides(folder):
    file = folder.parent.parent / FILE
    whole = file.read_text(encoding="utf-8")
    without = whole[: whole.index("[disclosure]")] + whole[whole.index("[[workstreams]]") :]
    file.write_text(without, encoding="utf-8")
    rule = load_programme(folder).disclosure
    assert (rule.threshold, rule.money_threshold) == (5, 3)


def test_the_authority_may_have_a_rule_of_its_own_for_money(folder):
    file = folder.parent.parent / FILE
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace("threshold = 5", "threshold = 6\nmoney_threshold = 4"), encoding="utf-8")
    rule = load_programme(folder).disclosure
    assert (rule.threshold, rule.money_threshold) == (6, 4)


def test_the_forecast_path_is_the_one_that_is_budgeted_for_and_the_target_where_none_is_named(folder):
    assert load_programme(folder).programme.budget_path == "Target"
    file = folder.parent.parent / FILE
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace('budget_path = "Target"', 'budget_path = "Stretch"'), encoding="utf-8")
    assert load_programme(folder).programme.budget_path == "Stretch"
    file.write_text(whole.replace('budget_path = "Target"\n', ""), encoding="utf-8")
    assert load_programme(folder).programme.budget_path == "Target"


def test_areas_of_three_levels_are_told_apart(data):
    programme = load_programme(data)
    levels = [area.geographic_level for area in (programme.area, programme.region, programme.country)]
    assert levels == ["Local authority", "Regional", "National"]


def test_an_area_is_a_local_authority_unless_it_says_otherwise(folder):
    file = folder.parent.parent / FILE
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole.replace('geographic_level = "Local authority"\n', ""), encoding="utf-8")
    assert load_programme(folder).area.geographic_level == "Local authority"


def test_a_quarter_has_the_label_that_its_report_printed_or_none(folder):
    quarters = load_programme(folder).quarters
    assert quarters[QUARTER].printed_label == "Quarter 2 – July-Oct 24"
    add(folder, '\n[quarters."2024-25-Q3"]\ncut_off = 2025-01-31\n')
    assert load_programme(folder).quarters["2024-25-Q3"].printed_label == ""


def test_a_quarter_knows_the_day_by_which_its_figures_were_out(data):
    assert load_programme(data).cut_off(Quarter(QUARTER)) == date(2024, 9, 26)


def test_a_quarter_that_is_not_listed_is_answered_with_the_ones_that_are_and_what_to_add(data):
    with pytest.raises(CallProblem) as caught:
        load_programme(data).cut_off(Quarter("2025-26-Q1"))
    words = str(caught.value)
    assert words.startswith(f"2025-26-Q1 is not among the quarters of {FILE} ({QUARTER}).")
    assert '[quarters."2025-26-Q1"], cut_off = year-month-day' in words


@pytest.mark.parametrize(
    ("day", "dated", "later"),
    [
        (date(2025, 5, 1), date(2025, 5, 1), False),
        (date(2026, 1, 1), date(2025, 5, 1), False),
        (date(2025, 4, 30), date(2021, 4, 1), False),
        (date(2021, 4, 1), date(2021, 4, 1), False),
        (date(2021, 3, 31), date(2021, 4, 1), True),
    ],
)
def test_the_newest_neighbours_of_the_day_are_used_or_the_oldest_and_flagged(folder, day, dated, later):
    add(folder, OLDER)
    chosen = load_programme(folder).neighbours_at(day)
    assert (chosen.neighbours.dated, chosen.later_than_cut_off) == (dated, later)


def test_the_shipped_neighbours_are_younger_than_the_shipped_quarter_and_say_so(data):
    programme = load_programme(data)
    assert programme.neighbours_at(programme.cut_off(Quarter(QUARTER))).later_than_cut_off


def test_neighbours_give_their_codes(folder):
    add(folder, OLDER)
    assert load_programme(folder).neighbours_at(date(2021, 4, 1)).codes == ["E08000013"]


def test_the_programme_is_the_nearest_one_above_the_data(folder):
    nearest = folder.parent / FILE
    shutil.copy(ROOT / FILE, nearest)
    assert load_programme(folder).root == nearest.parent


def test_the_programme_above_the_data_goes_before_the_one_in_the_working_folder(folder, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert load_programme(folder).root == folder.parent.parent


def test_without_one_above_the_data_the_working_folders_is_used(tmp_path, folder, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    shutil.move(tmp_path / "data", elsewhere)
    working = tmp_path / "working"
    working.mkdir()
    shutil.move(tmp_path / FILE, working)
    monkeypatch.chdir(working)
    assert load_programme(elsewhere / "raw").root == working


def test_a_relative_data_folder_finds_its_programme_too(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert load_programme(Path("raw")).root == folder.parent.parent


def test_no_programme_anywhere_says_where_to_run_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CallProblem, match=f"There is no {FILE} above .* Run the command in the project's folder"):
        load_programme(tmp_path / "data")
