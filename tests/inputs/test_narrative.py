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
from dbv_analysis.model.settings import load_programme
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


LONG = " ".join(["word"] * 100_000)
POINTS = Paragraphs(["one", "two, and more", "three"], listed=True)
NUMBERED = Paragraphs(["first", "second"], listed=True)
READ = {
    "parts": (f"# {A}\n\nOne.\n\nTwo.\n\n# {B}\n\nThree.\n", {A: words("One.", "Two."), B: words("Three.")}),
    "no text": (f"# {A}\n\n# {B}\n\n***\n\n# {C}\n\n<!-- a note -->\n", {}),
    "another case and emphasis": ("# SUMMARY of *progress* #\n\nx", {A: words("x")}),
    "an underlined heading": (f"{A}\n=====\n\nx", {A: words("x")}),
    "lines that are joined": (f"# {A}\r\n\r\nOne  \r\ntwo\r\nthree.\r\n", {A: words("One two three.")}),
    "a list": (
        f"# {A}\n\nBefore:\n\n- one\n- two,\n  and more\n- *three*\n\nAfter.",
        {A: [*words("Before:"), POINTS, *words("After.")]},
    ),
    "a numbered list and a quotation": (
        f"# {A}\n\n1. first\n2. second\n\n> Very worthwhile.\n> Thank you.",
        {A: [NUMBERED, *words("Very worthwhile. Thank you.")]},
    ),
    "a heading of the second level": (f"# {A}\n\n## Schools\n\nx", {A: words("Schools", "x")}),
    "comments": (
        f"<!-- on top\nof all -->\n# {A}\n\n<!-- what is wanted -->\nOne <!-- aside -->two.\n\n<!--\n\nmore\n-->",
        {A: words("One two.")},
    ),
    "a byte order mark": (f"\ufeff# {A}\n\nx", {A: words("x")}),
    "a very long text": (f"# {A}\n\n{LONG}\n\n# {B}\n\nx", {A: words(LONG), B: words("x")}),
    **{
        written: (f"# {A}\n\n{written}", {A: words(read)})
        for written, read in {
            "a *weak* and a **strong** word": "a weak and a strong word",
            "***both***, `code` and snake_case": "both, code and snake_case",
            "[the local offer](https://example.org/offer)": "the local offer",
            "![a picture](a.png) beside": "a picture beside",
            "\\*not emphasis\\*": "*not emphasis*",
            "5 * 3 * 2 and £9,240 – “so”": "5 * 3 * 2 and £9,240 – “so”",
        }.items()
    },
}


@pytest.mark.parametrize(("text", "parts"), READ.values(), ids=READ)
def test_each_part_holds_the_words_between_its_heading_and_the_next(tmp_path: Path, text: str, parts: dict):
    assert told(tmp_path, text) == parts


def test_the_parts_may_stand_in_any_order_and_some_may_be_left_out(tmp_path: Path):
    assert list(told(tmp_path, f"# {C}\nx\n\n# {A}\ny")) == [C, A]


def test_no_point_of_a_list_in_a_list_is_lost(tmp_path: Path):
    ((points,),) = told(tmp_path, f"# {A}\n\n- one\n    - under one\n        - deeper\n- two").values()
    assert points.listed
    assert " ".join(points.paragraphs) == "one under one deeper two"


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


# What is refused


TWICE = f'The part "{A}" stands twice. Put its text together.'
BEFORE = "Text stands before the first heading. Put it under a part."
NOT_UTF_8 = "is not in UTF-8. Save it again as UTF-8."
OPEN = "row 3: A comment (<!--) is not closed. End it with -->."


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "# Grant expenditures\n\nx",
            ['The part "Grant expenditures" is in no report. Correct its name. Did you mean "Grant expenditure"?'],
        ),
        ("# Weather\n\nx", ['The part "Weather" is in no report. Correct its name.']),
        (f"# {A}\n\nx\n\n# {B}\n\ny\n\n# {A}\n\nz", [TWICE]),
        (f"# {A}\n\nx\n\n# {B}\n\ny\n\n# {A.upper()}\n\nz", [TWICE]),
        (f"Dear colleague,\n\nhere it is.\n\n# {A}\n\nx", [BEFORE]),
        (f"#{A}\n\nx", [BEFORE]),
        ("# Summary of progress\n\nMédway".encode("latin-1"), [NOT_UTF_8]),
        ("# A".encode("utf-16"), [NOT_UTF_8]),
        (
            f"Hello.\n\n# Thrived\n\nx\n\n# {A}\n\nx\n\n# {A}\n\ny",
            [BEFORE, TWICE, 'The part "Thrived" is in no report. Correct its name. Did you mean "Thrive"?'],
        ),
        (f"# {A}\n\n<!-- a note that is not closed\n\nOne.\n\n# {B}\n\nTwo.", [OPEN]),
        (f"# {A}\n\n<!-- a note that is not closed\n\nOne.\n\n# {B}\n\n<!-- another -->\n\nTwo.", [OPEN]),
    ],
)
def test_what_is_wrong_is_refused_in_words_all_at_once(tmp_path: Path, text: str | bytes, lines: list[str]):
    assert refused(tmp_path, text) == lines


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
    assert {part: " ".join(note.split()) for part, note in asked} == narrative_parts(
        tables["phases"], load_programme(data)
    )
    assert [part for part, _ in asked] == list(narrative_parts(tables["phases"], load_programme(data)))
    assert re.findall(r"^# (.+)$", text, flags=re.MULTILINE) == [part for part, _ in asked]


def test_the_template_as_it_is_tells_nothing(data: Path, tmp_path: Path, tables: dict[str, pd.DataFrame]):
    (tmp_path / "narrative").mkdir()
    shutil.copy(data / "narrative" / "template.md", tmp_path / "narrative" / f"{QUARTER}.md")
    assert narrative_of(QUARTER, tables["phases"], tmp_path) == {}


def test_the_elements_are_parts_of_their_own(data: Path, tables: dict[str, pd.DataFrame]):
    assert set(tables["phases"]["element"]) <= set(narrative_parts(tables["phases"], load_programme(data)))


def test_where_the_elements_are_not_known_their_parts_are_left_out_and_the_others_are_read(
    tmp_path: Path, tables: dict[str, pd.DataFrame]
):
    write(tmp_path, f"# {C}\n\nx\n\n# {A}\n\ny\n\n# {C}\n\nz")
    assert narrative_of(QUARTER, tables["phases"].iloc[:0], tmp_path) == {A: [paragraphs("y")]}
