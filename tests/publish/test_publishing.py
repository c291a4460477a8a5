"""A pack is published whole or not at all: whatever goes wrong, the last one stays byte for byte as it was."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import openpyxl
import pytest
from bs4 import BeautifulSoup
from filelock import FileLock

from dbv_analysis.publish import execute, manifest, prepare, run, swap
from dbv_analysis.publish.checkpoint import FOLDER as WORK
from dbv_analysis.publish.events import WARNING, Event
from dbv_analysis.publish.log import FOLDER as LOGS
from dbv_analysis.publish.swap import LOCK
from dbv_analysis.reports import overclaimed
from dbv_analysis.results import cache
from tests.conftest import QUARTER, ROOT
from tests.publish.conftest import (
    REPORTS,
    SECTIONS,
    Said,
    change_cell,
    contents,
    copy_of_the_project,
    keep_few_areas,
    leave_out,
    one_more,
    parsed,
)
from tests.publish.made_up import PARAMETERS, rewrite_notebooks, write_heading, write_headings, write_notebook

Command = Callable[..., Said]


def left(folder: Path) -> list[str]:
    """What is in a folder, leaving out what every run has in the folder of packs: its lock and the logs."""
    return sorted(path.name for path in folder.iterdir() if path.name not in {LOCK, LOGS})


@pytest.fixture(scope="module", autouse=True)
def quick(assemble_once: Callable[[Path, str], cache.Assembled]) -> Iterator[None]:
    """Notebooks run in this process, and what most of these tests do not look at is left out."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cache, "assemble", assemble_once)
        leave_out(patch, "kernels", "long reports", "audit", "grades", "pictures")
        yield


@pytest.fixture(scope="module")
def small_pages(tmp_path_factory: pytest.TempPathFactory, quick: None) -> Path:
    """A project with few areas whose notebooks write one heading each, and its published pack."""
    root = copy_of_the_project(tmp_path_factory.mktemp("small-pages"))
    keep_few_areas(root / "data" / "raw")
    write_headings(root / "notebooks")
    run.run(QUARTER, root / "data" / "raw", root / "outputs")
    return root


@pytest.fixture
def project(small_pages: Path, tmp_path: Path) -> Path:
    """A copy of that project, to change and to break; it has published nothing yet."""
    return Path(shutil.copytree(small_pages, tmp_path / "project", ignore=shutil.ignore_patterns("outputs")))


@pytest.fixture
def last_pack(small_pages: Path, project: Path) -> Path:
    """The pack that ``project`` published before."""
    return Path(shutil.copytree(small_pages / "outputs", project / "outputs")) / QUARTER


@pytest.fixture
def as_calculated_before(project: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Results as they were before a test changes what a run refuses without a look at them."""
    assembled = cache.assemble(project / "data" / "raw", "public")
    monkeypatch.setattr(cache, "assemble", lambda data, profile: assembled)


@pytest.fixture
def refused(command: Command, last_pack: Path) -> Callable[..., str]:
    """A run that ends with that status; returns what it says. The last pack stays, and little is left beside it."""

    def run(status: int, *words: str, left_over: list[str] | None = None) -> str:
        before = contents(last_pack)
        said = command("run", *words)
        assert (said.status, said.out) == (status, "")
        assert "Traceback" not in said.err
        assert contents(last_pack) == before
        assert left(last_pack.parent) == [*(left_over or []), QUARTER]
        return said.err

    return run


@pytest.fixture
def refused_at_once(refused: Callable[..., str], project: Path) -> Callable[..., str]:
    """The same, but before any notebook of the project was run."""
    trace = project / "a notebook was run"
    rewrite_notebooks(project / "notebooks", f"open({str(trace)!r}, 'w').close()")

    def run(status: int, *words: str) -> str:
        err = refused(status, *words)
        assert not trace.exists()
        return err

    return run


# A call that cannot be carried out


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (["2024-25-Q5"], '"2024-25-Q5" is not a quarter. Write the financial year and Q1, Q2, Q3 or Q4'),
        (["2024-26-Q2"], '"2024-26-Q2" is not a quarter.'),
        (["2024-25-Q3"], "2024-25-Q3 is not among the quarters of programme.toml (2024-25-Q2)."),
        ([QUARTER, "--as-at", "26/9/2024"], '"26/9/2024" is not a day: write 2024-09-26.'),
        ([QUARTER, "--as-at", "2024-02-30"], '"2024-02-30" is not a day: write 2024-09-26.'),
        ([QUARTER, "--only", "Placments"], 'There is no section "Placments". Did you mean "Placements"?'),
        (
            [QUARTER, "--only", "Deficit", "--only", "Spend"],
            "The sections are Deficit, High needs spend, Plans, Placements, Attendance, Exclusions, Grant, Delivery "
            "and Voice.",
        ),
        ([QUARTER, "--data", "nowhere"], "There is no folder nowhere. Name the folder of the inputs with --data."),
        ([QUARTER, "--profile", "secret"], "'secret' is not one of 'public', 'controlled'"),
        ([QUARTER, "--jobs", "0"], "0 is not in the range"),
        ([], "Missing argument 'QUARTER'"),
    ],
    ids=lambda value: " ".join(value) or "no quarter" if isinstance(value, list) else "",
)
def test_a_wrong_call_ends_with_2_and_words_and_changes_nothing(refused, call, said):
    assert said in refused(2, *call)


def test_without_settings_a_run_ends_with_2(refused, project):
    (project / "programme.toml").unlink()
    assert "There is no programme.toml above data/raw or here." in refused(2, QUARTER)


def test_while_another_run_is_under_way_a_run_says_so_and_ends_with_2(refused, last_pack):
    with FileLock(last_pack.parent / LOCK):
        err = refused(2, QUARTER)
    assert err.startswith("Another run is under way in outputs. Wait until it has finished")


# Inputs that have problems

PLACEMENTS = "dfe-ehc-plans-2025/placements.csv"
ABSENCE = "dfe-absence-by-sen/absence.csv"


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _lines(change: Callable[[list[str]], list[str]]) -> Callable[[Path], None]:
    """Spoil a file line by line."""

    def spoil(path: Path) -> None:
        path.write_text("\n".join(change(path.read_text(encoding="utf-8").splitlines())) + "\n", encoding="utf-8")

    return spoil


def _cell(row: int, column: str, text: str) -> Callable[[Path], None]:
    return lambda path: change_cell(path, row, column, lambda _: text)


def _without_count(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    with path.open("w", encoding="utf-8", newline="") as stream:
        names = [name for name in rows[0] if name != "count"]
        writer = csv.DictWriter(stream, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _in_latin_1(path: Path) -> None:
    head, second, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([head, second, "Médway".encode("latin-1") + rest[0], *rest[1:]]))


# Every kind of fault has its tests beside the loaders; these are faults as a run meets them.
BROKEN = {
    "a missing column": (PLACEMENTS, _without_count, ', row 1, column count: There is no column "count".'),
    "a word for a number": (PLACEMENTS, _cell(5, "count", "many"), ', row 5, column count: "many" is not a number.'),
    "a duplicate key": (
        PLACEMENTS,
        _lines(lambda lines: [*lines[:4], lines[1], *lines[4:]]),
        ", row 5, column area_code + period + placement: repeats row 2",
    ),
    "140 per cent": (ABSENCE, _cell(2, "percent", "140"), ", row 2, column percent: 140 is above 100."),
    "letters that are not UTF-8": (PLACEMENTS, _in_latin_1, ", row 3: is not in UTF-8."),
    "an empty file": (PLACEMENTS, lambda path: path.write_bytes(b""), ": is empty."),
    "a missing file": (PLACEMENTS, lambda path: path.unlink(), ": is missing."),
}


@pytest.mark.parametrize(("file", "spoil", "said"), BROKEN.values(), ids=BROKEN)
def test_a_run_names_what_is_wrong_with_an_input_and_changes_nothing(refused, project, file, spoil, said):
    spoil(project / "data" / "raw" / file)
    err = refused(1, QUARTER)
    assert [line for line in err.splitlines() if line.startswith(f"data/raw/{file}{said}")], err


def test_a_run_names_every_problem_of_every_input_at_once(refused, project):
    raw = project / "data" / "raw"
    for file, row, column, text in (
        (PLACEMENTS, 5, "count", "many"),
        (PLACEMENTS, 9, "count", "few"),
        (ABSENCE, 2, "percent", "140"),
    ):
        _cell(row, column, text)(raw / file)
    assert [line.partition(":")[0] for line in refused(1, QUARTER).splitlines()] == [
        f"data/raw/{ABSENCE}, row 2, column percent",
        f"data/raw/{PLACEMENTS}, row 5, column count",
        f"data/raw/{PLACEMENTS}, row 9, column count",
    ]


def test_a_narrative_that_is_wrong_ends_with_1_before_any_notebook_is_run_and_the_last_pack_stays(
    refused_at_once, project, as_calculated_before
):
    with (project / "data" / "raw" / "narrative" / f"{QUARTER}.md").open("a", encoding="utf-8") as narrative:
        narrative.write("\n# Appendixes\n\nNone.\n")
    assert refused_at_once(1, QUARTER) == (
        f'data/raw/narrative/{QUARTER}.md: The part "Appendixes" is in no report. Correct its name. '
        'Did you mean "Appendices"?\n'
    )


def test_settings_that_are_wrong_end_with_1(refused, project):
    replace_in(project / "programme.toml", "threshold = 5", "threshold = 0")
    assert "programme.toml: disclosure.threshold holds 0" in refused(1, QUARTER)


# Notebooks that cannot be run


def test_a_failing_notebook_ends_with_3_and_is_named_without_any_value_and_the_last_pack_stays(
    refused, project, last_pack
):
    notebooks = project / "notebooks"
    rewrite_notebooks(notebooks, "1")
    write_notebook(notebooks / "deficit.ipynb", "1/0")
    write_notebook(
        notebooks / "board_summary.ipynb", 'cell = f"{987_000_000 + 654_321} plans"', "int(cell)  # as a number\nint(1)"
    )
    err = refused(3, QUARTER, left_over=[WORK])
    assert "notebooks/deficit.ipynb failed in cell 2, “1/0”, with ZeroDivisionError." in err
    assert "notebooks/board_summary.ipynb failed in cell 3, “int(cell)  # as a number”, with ValueError." in err
    assert "987654321" not in err
    kept = contents(last_pack.parent / WORK)
    assert len(kept) == len(SECTIONS)
    assert not [name for name, text in kept.items() if "deficit" in name or b"987654321" in text]


def test_a_notebook_that_kills_its_kernel_ends_with_3(refused, project, monkeypatch):
    monkeypatch.setattr(run, "execute", execute.execute)
    write_notebook(project / "notebooks" / "board_summary.ipynb", "1")
    write_notebook(project / "notebooks" / "deficit.ipynb", "import os", "os._exit(1)")
    err = refused(3, QUARTER, "--only", "Deficit", left_over=[WORK])
    assert "notebooks/deficit.ipynb stopped: its kernel died, and died again when it was run once more." in err


def test_a_page_that_is_not_fit_ends_with_4_and_is_named_and_the_last_pack_stays(refused, project):
    for name in ("deficit", "board_summary"):
        write_notebook(project / "notebooks" / f"{name}.ipynb", "1")
    err = refused(4, QUARTER, "--only", "Deficit", left_over=[WORK])
    for page in ("index.html", "deficit.html"):
        assert f"{page}: the page has 0 first-level headings; it needs one" in err


def _without(*lines: str) -> Callable[[Path], None]:
    lacking = "\n".join(line for line in PARAMETERS.splitlines() if line not in lines)
    return lambda notebooks: write_notebook(notebooks / "placements.ipynb", "1", parameters=lacking)


def _untagged(notebooks: Path) -> None:
    notebook = nbformat.read(notebooks / "attendance.ipynb", as_version=4)
    notebook.cells[0].metadata.tags = []
    nbformat.write(notebook, notebooks / "attendance.ipynb")


def _missing(*names: str) -> Callable[[Path], None]:
    return lambda notebooks: [(notebooks / f"{name}.ipynb").unlink() for name in names]


def _broken(data: bytes) -> tuple[Callable[[Path], None], str]:
    return (lambda notebooks: (notebooks / "deficit.ipynb").write_bytes(data)), "deficit.ipynb is not a notebook"


NOT_TO_BE_RUN = {
    "lacks parameters": (
        _without('as_at = ""', 'profile = ""'),
        "placements.ipynb takes no parameter as_at and profile. Set it to a default",
    ),
    "no parameters cell": (_untagged, "attendance.ipynb takes no parameter as_at, data, profile and quarter."),
    "is missing": (
        _missing("board_summary"),
        "board_summary.ipynb is missing. Put it back; the page index.html is made from it.",
    ),
    "none for a section": (
        _missing("deficit", "any_section"),
        "any_section.ipynb is missing. Put it back; the page deficit.html is made from it.",
    ),
    "cut off": _broken(b'{"cells": ['),
    "no cells": _broken(b"{}"),
    "a list": _broken(b"[]"),
    "not UTF-8": _broken('{"cells": ["é"]}'.encode("latin-1")),
}


@pytest.mark.parametrize(("spoil", "said"), NOT_TO_BE_RUN.values(), ids=NOT_TO_BE_RUN)
def test_a_notebook_that_cannot_be_run_ends_with_3_before_any_is_run(refused_at_once, project, spoil, said):
    spoil(project / "notebooks")
    assert refused_at_once(3, QUARTER).startswith(f"notebooks/{said}")


# A pack that somebody changed


def _append(*names: str) -> Callable[[Path], None]:
    def spoil(folder: Path) -> None:
        for name in names:
            with (folder / name).open("ab") as file:
                file.write(b" ")

    return spoil


def _manifest(text: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "manifest.json").write_text(text, encoding="utf-8")


def _settings(folder: Path) -> None:
    replace_in(folder.parents[1] / "programme.toml", "July-Oct 24", "July-Sept 24")


ONLY = ["--only", "Deficit"]
OTHER_PAGES = ["was made from other inputs, settings or code", f"{', '.join(list(SECTIONS)[1:-1])} and Voice would not"]
# What was done to a published pack or beside it, how the run is called, its status, and what it says.
NOT_TO_BE_REPLACED = {
    "changed files": (
        _append("placements.html", "evidence.xlsx"),
        [],
        4,
        ["was changed after it was published (evidence.xlsx and placements.html).", "--force"],
    ),
    "a file of somebody's": (_append("minutes.docx"), ONLY, 4, ["(minutes.docx)"]),
    "a manifest cut off": (_manifest("{"), [], 4, ["manifest.json"]),
    "a manifest cut off, by a partial run": (_manifest("{"), ONLY, 4, ["manifest.json"]),
    "another manifest": (_manifest('{"quarter": "2024-25-Q2"}'), [], 4, ["manifest.json"]),
    "another manifest, by a partial run": (_manifest('{"quarter": "2024-25-Q2"}'), ONLY, 4, ["manifest.json"]),
    "the other profile": (
        lambda folder: None,
        ["--profile", "controlled"],
        2,
        ["holds the public pack, which this one would replace", "--out"],
    ),
    "other settings, by a partial run": (_settings, ONLY, 2, OTHER_PAGES),
    "another cut-off, by a partial run": (lambda folder: None, [*ONLY, "--as-at", "2024-01-31"], 2, OTHER_PAGES[:1]),
}


@pytest.mark.parametrize(("spoil", "words", "status", "said"), NOT_TO_BE_REPLACED.values(), ids=NOT_TO_BE_REPLACED)
def test_a_pack_is_not_replaced_unasked(refused_at_once, last_pack, as_calculated_before, spoil, words, status, said):
    spoil(last_pack)
    err = refused_at_once(status, QUARTER, *words)
    assert [text for text in said if text not in err] == []


# Partial runs over a whole pack of small pages, which are soon run


def test_with_force_a_partial_run_replaces_its_own_changed_page_and_keeps_the_others_byte_for_byte(command, last_pack):
    folder = last_pack
    before = contents(folder)
    for name in ("index.html", "deficit.html"):
        (folder / name).write_text("changed by hand", encoding="utf-8")

    status, out, err = command("run", QUARTER, "--only", "deficit", "--force")

    assert (status, out) == (0, f"{Path('outputs', QUARTER, 'index.html')}\n")
    *said, seal = err.splitlines()
    assert sorted(said) == ["Board summary: done", "Deficit: done", "Reconciliation: done"]
    assert seal.startswith("Release 1, seal ")
    after = contents(folder)
    assert sorted(after) == sorted(before)
    for name in ["index.html", *SECTIONS.values(), *REPORTS]:
        assert after[name] == before[name], name
    told = manifest.read(folder)
    assert manifest.altered(folder, told) == []
    assert told["parameters"]["sections"] == list(SECTIONS)


def test_with_force_a_partial_run_publishes_no_other_page_that_somebody_changed(command, last_pack):
    page = last_pack / "placements.html"
    with page.open("a", encoding="utf-8") as changed:
        changed.write("<script>changed by hand</script>")
    status, _, _ = command("run", QUARTER, "--only", "Deficit", "--force")
    assert status != 0 or "changed by hand" not in page.read_text(encoding="utf-8")


def test_a_partial_run_keeps_no_page_whose_notebook_has_changed_since(command, project, last_pack):
    write_heading(project / "notebooks" / "placements.ipynb", "As it is now")
    page = last_pack / "placements.html"
    status, _, _ = command("run", QUARTER, "--only", "Deficit")
    assert status != 0 or "As it is now" in page.read_text(encoding="utf-8")


# An earlier cut-off, in a folder of another place, from an input that somebody changed


class Earlier(NamedTuple):
    """Placements as they were known on 31 January 2024, and what was warned of on the way."""

    project: Path
    folder: Path
    warnings: list[str]

    def page(self, name: str) -> BeautifulSoup:
        return parsed(self.folder / name)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory, quick: None) -> Earlier:
    root = copy_of_the_project(tmp_path_factory.mktemp("earlier"))
    keep_few_areas(root / "data" / "raw")
    one_more(root / "data" / "raw" / "dfe-ehc-plans-2025" / "flows.csv")
    heard: list[Event] = []
    data, out = root / "data" / "raw", root / "outputs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "overclaimed", overclaimed)
        index = run.run(QUARTER, data, out, heard.append, as_at="2024-01-31", only=["Placements"])
    assert index == out / QUARTER / "index.html"
    return Earlier(root, index.parent, [event.text for event in heard if event.kind == WARNING])


def test_a_pack_at_an_earlier_cut_off_is_published(earlier):
    assert left(earlier.folder) == sorted(
        ["evidence.xlsx", "figures.parquet", "index.html", "manifest.json", "placements.html"]
        + ["reconciliation.html", *REPORTS]
    )
    assert manifest.read(earlier.folder)["parameters"] == {
        "as_at": "2024-01-31",
        "profile": "public",
        "sections": ["Placements"],
        "recipients": [],
    }


def test_at_an_earlier_cut_off_january_2024_stands_only_under_published_since(earlier):
    page = earlier.page("placements.html")
    since = next(tag for tag in page.find_all("h2") if tag.get_text() == "Published since")
    told = [row for row in page.find_all("tr") if "January 2024" in row.get_text()]
    assert told
    for row in told:
        assert any(before is since for before in row.find_all_previous("h2"))
    for text in (page.h1.get_text(), *(image["alt"] for image in page.find_all("img"))):
        assert "January 2024" not in text
    assert "1,319" in page.get_text()
    assert "Figures first published by 31 January 2024." in page.get_text()


def test_at_an_earlier_cut_off_the_share_of_2024_is_told_as_later(earlier):
    rows = [" ".join(row.get_text(" ").split()) for row in earlier.page("placements.html").find_all("tr")]
    assert "Plans in any special school January 2024 37.2% 13 June 2024" in rows


def test_at_an_earlier_cut_off_the_front_page_and_the_workbook_know_nothing_later(earlier):
    front = earlier.page("index.html").main.get_text().replace("published by 31 January 2024", "")
    assert "January 2024" not in front
    assert "37.2%" not in front
    book = openpyxl.load_workbook(earlier.folder / "evidence.xlsx")
    days = [row[-1] for row in book["Placements"].iter_rows(min_row=7, values_only=True)]
    assert days
    assert max(days) <= "2024-01-31"


def test_a_pack_of_one_section_links_to_no_page_that_it_does_not_hold(earlier):
    page = earlier.page("index.html")
    assert {link["href"] for link in page.find_all("a")} == {
        "#main",
        "index.html",
        "placements.html",
        "reconciliation.html",
        *REPORTS,
    }
    assert page.get_text().count("This pack was run without this section.") == len(SECTIONS) - 1


def test_an_input_that_was_changed_is_warned_of_and_the_pack_keeps_the_warning(earlier):
    (said,) = earlier.warnings
    (told,) = manifest.read(earlier.folder)["warnings"]
    for words in (said, told):
        assert "dfe-ehc-plans-2025/flows.csv has changed since flows.source.toml was written." in words


def test_a_pack_made_from_data_of_another_place_names_no_folder_of_the_machine(earlier):
    for name, content in contents(earlier.folder).items():
        if not name.endswith((".xlsx", ".docx", ".parquet")):
            text = re.sub(r"base64,[^\"]+", "", content.decode("utf-8"))
            assert str(earlier.project) not in text, name
            assert str(ROOT) not in text, name


# A run that was killed


def test_a_run_killed_between_two_renames_is_made_good_by_the_next(command, last_pack):
    before = contents(last_pack)
    last_pack.rename(last_pack.with_name(f".{QUARTER}.previous"))
    (last_pack.with_name(f".{QUARTER}.staging-abc")).mkdir()
    assert command("run", QUARTER, "--only", "Nothing").status == 2
    assert contents(last_pack) == before
    assert left(last_pack.parent) == [QUARTER]


def test_a_run_killed_after_the_second_rename_leaves_the_new_pack(last_pack):
    before = contents(last_pack)
    previous = last_pack.with_name(f".{QUARTER}.previous")
    previous.mkdir()
    (previous / "index.html").write_text("the pack before", encoding="utf-8")
    swap.recover(last_pack)
    assert contents(last_pack) == before
    assert left(last_pack.parent) == [QUARTER]


def test_recovering_leaves_the_packs_of_other_quarters_alone(last_pack):
    others = ["2024-25-Q1", ".2024-25-Q1.previous", ".2024-25-Q1.staging-abc"]
    for name in others:
        (last_pack.parent / name).mkdir()
    swap.recover(last_pack)
    assert left(last_pack.parent) == sorted([*others, QUARTER])


# What must not leave the machine


def test_a_pack_that_would_name_a_person_is_refused(command, project):
    upn = "A123456789012"  # made up
    rewrite_notebooks(
        project / "notebooks", "from dbv_analysis.model.blocks import Headline", f'Headline("Plans of {upn}")'
    )
    said = command("run", QUARTER, "--only", "Voice")
    assert said.status == 4
    assert "index.html: holds a pupil's number (UPN) (line" in said.err
    assert upn not in said.out + said.err
    assert set(left(project / "outputs")) <= {WORK}


def test_a_notebook_that_leaves_with_an_error_never_becomes_a_page(refused, project):
    rewrite_notebooks(project / "notebooks", "import sys", "sys.exit(0)")
    assert "holds an error in cell" in refused(3, QUARTER, "--only", "Voice", "--force", left_over=[WORK])
