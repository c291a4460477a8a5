"""What people write for a quarter's reports: how it is read, what is refused, and the template that it starts from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.inputs.narrative import read_narrative, written_quarters
from dbv_analysis.model.blocks import Block, Paragraphs, paragraphs
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.reports import check_narratives, narrative_of, narrative_parts
from tests.conftest import QUARTER

PARTS = ("Summary of progress", "Grant expenditure", "Thrive")
A, B, C = PARTS


def write(folder: Path, text: str | bytes, quarter: str = QUARTER) -> Path:
    """The narrative of a quarter under ``folder``, which is returned."""
    (folder / "narrative").mkdir(exist_ok=True)
    content = text.encode("utf-8") if isinstance(text, str) else text
    (folder / "narrative" / f"{quarter}.md").write_bytes(content)
    return folder


def told(folder: Path, text: str | bytes) -> dict[str, list[Block]]:
    """What is read from ``text``."""
    return read_narrative(write(folder, text), QUARTER, PARTS)


def refused(folder: Path, text: str | bytes) -> list[str]:
    """What is said of a narrative that is refused, each with its place as the folder of the inputs names it."""
    with pytest.raises(DataProblems) as raised:
        told(folder, text)
    file = f"{folder.as_posix()}/narrative/{QUARTER}.md"
    lines = str(raised.value).splitlines()
    assert all(line.startswith((f"{file}: ", f"{file}, row ")) for line in lines)
    return [line.removeprefix(f"{file}: ").removeprefix(f"{file}, ") for line in lines]


def words(*several: str) -> list[Block]:
    return [Paragraphs([one]) for one in several]


# What is read


def test_each_part_holds_what_stands_between_its_heading_and_the_next(tmp_path: Path):
    text = f"# {A}\n\nOne.\n\nTwo.\n\n# {B}\n\nThree.\n"
    assert told(tmp_path, text) == {A: words("One.", "Two."), B: words("Three.")}


def test_the_parts_may_stand_in_any_order_and_some_may_be_left_out(tmp_path: Path):
    assert list(told(tmp_path, f"# {C}\nx\n\n# {A}\ny")) == [C, A]


def test_a_part_without_text_is_left_out(tmp_path: Path):
    assert told(tmp_path, f"# {A}\n\n# {B}\n\n***\n\n# {C}\n\n<!-- a note -->\n") == {}


def test_the_case_of_a_heading_and_emphasis_in_it_do_not_matter(tmp_path: Path):
    assert told(tmp_path, "# SUMMARY of *progress* #\n\nx") == {A: words("x")}


def test_a_heading_may_be_underlined(tmp_path: Path):
    assert told(tmp_path, f"{A}\n=====\n\nx") == {A: words("x")}


def test_lines_of_a_paragraph_are_joined(tmp_path: Path):
    assert told(tmp_path, f"# {A}\r\n\r\nOne  \r\ntwo\r\nthree.\r\n") == {A: words("One two three.")}


def test_a_list_is_a_list_with_its_points_whole(tmp_path: Path):
    text = f"# {A}\n\nBefore:\n\n- one\n- two,\n  and more\n- *three*\n\nAfter."
    listed = Paragraphs(["one", "two, and more", "three"], listed=True)
    assert told(tmp_path, text) == {A: [Paragraphs(["Before:"]), listed, Paragraphs(["After."])]}


def test_no_point_of_a_list_in_a_list_is_lost(tmp_path: Path):
    ((points,),) = told(tmp_path, f"# {A}\n\n- one\n    - under one\n        - deeper\n- two").values()
    assert points.listed
    assert " ".join(points.paragraphs) == "one under one deeper two"


def test_a_numbered_list_and_a_quotation_keep_their_words(tmp_path: Path):
    found = told(tmp_path, f"# {A}\n\n1. first\n2. second\n\n> Very worthwhile.\n> Thank you.")
    assert found == {A: [Paragraphs(["first", "second"], listed=True), Paragraphs(["Very worthwhile. Thank you."])]}


def test_a_heading_below_the_first_level_stands_as_words_of_its_part(tmp_path: Path):
    assert told(tmp_path, f"# {A}\n\n## Schools\n\nx") == {A: words("Schools", "x")}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a *weak* and a **strong** word", "a weak and a strong word"),
        ("***both***, `code` and snake_case", "both, code and snake_case"),
        ("[the local offer](https://example.org/offer)", "the local offer"),
        ("![a picture](a.png) beside", "a picture beside"),
        ("\\*not emphasis\\*", "*not emphasis*"),
        ("5 * 3 * 2 and £9,240 – “so”", "5 * 3 * 2 and £9,240 – “so”"),
    ],
)
def test_of_emphasis_and_links_the_words_alone_are_kept(tmp_path: Path, written: str, read: str):
    assert told(tmp_path, f"# {A}\n\n{written}") == {A: words(read)}


def test_comments_are_left_out_wherever_they_stand(tmp_path: Path):
    text = f"<!-- on top\nof all -->\n# {A}\n\n<!-- what is wanted -->\nOne <!-- aside -->two.\n\n<!--\n\nmore\n-->"
    assert told(tmp_path, text) == {A: words("One two.")}


def test_a_mark_at_the_start_of_a_windows_file_does_not_hide_the_first_heading(tmp_path: Path):
    assert told(tmp_path, f"\ufeff# {A}\n\nx") == {A: words("x")}


def test_without_a_file_nothing_is_written_yet(tmp_path: Path):
    assert read_narrative(tmp_path, QUARTER, PARTS) == {}
    assert read_narrative(write(tmp_path, f"# {A}\n\nx", "2024-25-Q3"), QUARTER, PARTS) == {}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "{{ 7 * 7 }} ${x} %s %(x)s",
        "=HYPERLINK(0)",
        "../../etc/passwd",
        "&lt;b&gt; &amp; ]]>",
    ],
)
def test_hostile_text_stays_text(tmp_path: Path, text: str):
    ((block,),) = told(tmp_path, f"# {A}\n\n{text}").values()
    assert [one.strip() for one in block.paragraphs] == [text]
    page = block.html()
    assert "<script" not in page
    assert "<img" not in page


def test_very_long_text_is_read_whole(tmp_path: Path):
    long = " ".join(["word"] * 100_000)
    assert told(tmp_path, f"# {A}\n\n{long}\n\n# {B}\n\nx") == {A: words(long), B: words("x")}


# What is refused


def test_a_part_that_no_report_asks_for_is_refused_with_the_nearest_name(tmp_path: Path):
    assert refused(tmp_path, "# Grant expenditures\n\nx") == [
        'The part "Grant expenditures" is in no report. Correct its name. Did you mean "Grant expenditure"?'
    ]


def test_a_part_like_no_other_is_refused_without_a_guess(tmp_path: Path):
    assert refused(tmp_path, "# Weather\n\nx") == ['The part "Weather" is in no report. Correct its name.']


@pytest.mark.parametrize("again", [A, A.upper()])
def test_a_part_that_stands_twice_is_refused(tmp_path: Path, again: str):
    text = f"# {A}\n\nx\n\n# {B}\n\ny\n\n# {again}\n\nz"
    assert refused(tmp_path, text) == [f'The part "{A}" stands twice. Put its text together.']


def test_text_before_the_first_heading_is_refused(tmp_path: Path):
    text = f"Dear colleague,\n\nhere it is.\n\n# {A}\n\nx"
    assert refused(tmp_path, text) == ["Text stands before the first heading. Put it under a part."]


def test_a_heading_without_a_space_after_its_sign_does_not_open_the_narrative(tmp_path: Path):
    assert refused(tmp_path, f"#{A}\n\nx") == ["Text stands before the first heading. Put it under a part."]


@pytest.mark.parametrize("text", ["# Summary of progress\n\nMédway".encode("latin-1"), "# A".encode("utf-16")])
def test_a_file_that_is_not_in_utf_8_is_refused(tmp_path: Path, text: bytes):
    assert refused(tmp_path, text) == ["is not in UTF-8. Save it again as UTF-8."]


def test_every_problem_is_told_at_once(tmp_path: Path):
    text = f"Hello.\n\n# Thrived\n\nx\n\n# {A}\n\nx\n\n# {A}\n\ny"
    assert refused(tmp_path, text) == [
        "Text stands before the first heading. Put it under a part.",
        f'The part "{A}" stands twice. Put its text together.',
        'The part "Thrived" is in no report. Correct its name. Did you mean "Thrive"?',
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"# {A}\n\n<!-- a note that is not closed\n\nOne.\n\n# {B}\n\nTwo.",
        f"# {A}\n\n<!-- a note that is not closed\n\nOne.\n\n# {B}\n\n<!-- another -->\n\nTwo.",
    ],
    ids=["the last note", "a note before another"],
)
def test_a_note_that_is_not_closed_does_not_hide_a_part(tmp_path: Path, text: str):
    assert refused(tmp_path, text) == ["row 3: A comment (<!--) is not closed. End it with -->."]


# The quarters and the template


def test_the_quarters_that_have_a_narrative_are_those_with_a_file_other_than_the_template(tmp_path: Path):
    assert written_quarters(tmp_path) == []
    for name in ("2024-25-Q3", "template", "2024-25-Q2"):
        write(tmp_path, "", name)
    assert written_quarters(tmp_path) == ["2024-25-Q2", "2024-25-Q3"]


def test_every_quarters_narrative_is_checked_at_once(tmp_path: Path, tables: dict[str, pd.DataFrame]):
    for quarter in ("2024-25-Q2", "2024-25-Q3"):
        write(tmp_path, "# Weather\n\nx", quarter)
    with pytest.raises(DataProblems) as raised:
        check_narratives(tables["phases"], tmp_path)
    assert [Path(problem.file).name for problem in raised.value.problems] == ["2024-25-Q2.md", "2024-25-Q3.md"]


def test_the_shipped_narratives_are_in_order(data: Path, tables: dict[str, pd.DataFrame]):
    assert QUARTER in written_quarters(data)
    check_narratives(tables["phases"], data)


def test_the_template_asks_for_exactly_what_the_reports_ask_for_in_their_order(
    data: Path, tables: dict[str, pd.DataFrame]
):
    text = (data / "narrative" / "template.md").read_text(encoding="utf-8")
    asked = re.findall(r"^# ([^\n]+)\n\n<!-- (.+?) -->$", text, flags=re.MULTILINE | re.DOTALL)
    assert {part: " ".join(note.split()) for part, note in asked} == narrative_parts(tables["phases"])
    assert [part for part, _ in asked] == list(narrative_parts(tables["phases"]))
    assert re.findall(r"^# (.+)$", text, flags=re.MULTILINE) == [part for part, _ in asked]


def test_the_template_as_it_is_tells_nothing(data: Path, tmp_path: Path, tables: dict[str, pd.DataFrame]):
    (tmp_path / "narrative").mkdir()
    shutil.copy(data / "narrative" / "template.md", tmp_path / "narrative" / f"{QUARTER}.md")
    assert narrative_of(QUARTER, tables["phases"], tmp_path) == {}


def test_the_elements_are_parts_of_their_own(tables: dict[str, pd.DataFrame]):
    assert set(tables["phases"]["element"]) <= set(narrative_parts(tables["phases"]))


def test_where_the_elements_are_not_known_their_parts_are_left_out_and_the_others_are_read(
    tmp_path: Path, tables: dict[str, pd.DataFrame]
):
    write(tmp_path, f"# {C}\n\nx\n\n# {A}\n\ny\n\n# {C}\n\nz")
    assert narrative_of(QUARTER, tables["phases"].iloc[:0], tmp_path) == {A: [paragraphs("y")]}
