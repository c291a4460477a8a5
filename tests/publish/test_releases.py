"""Releases of a quarter: numbered, sealed, kept whole; and what a revision changed, figure by figure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from dbv_analysis.publish import changes, manifest
from dbv_analysis.publish import run as packing
from dbv_analysis.publish.check.accessibility import page_problems
from dbv_analysis.publish.write import parquet
from dbv_analysis.results.evidence import Evidence
from tests.conftest import HALTON, QUARTER, ROOT, changed
from tests.publish import in_process
from tests.publish.conftest import (
    OF_NEITHER_SECTION,
    STAND_INS,
    answer,
    contents,
    copy_of_the_project,
    keep_few_areas,
    leave_out,
    one_more,
    run_here,
)
from tests.publish.made_up import write_heading

FLOWS = Path("data", "raw", "dfe-ehc-plans-2025", "flows.csv")


@pytest.fixture
def project(headed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """That no hidden figure follows from a pack is tried elsewhere."""
    leave_out(monkeypatch, "audit")
    return headed


@pytest.fixture
def run(project: Path, capfd: pytest.CaptureFixture[str]):
    return lambda *words: answer(capfd, "run", QUARTER, "--only", "Plans", "--only", "Placements", *words)


@pytest.fixture
def verify(project: Path, capfd: pytest.CaptureFixture[str]):
    return lambda *words: answer(capfd, "verify", *words)


@pytest.fixture
def folder(project: Path) -> Path:
    return project / "outputs" / QUARTER


@pytest.fixture
def revised(project: Path, folder: Path, run) -> Path:
    """The second release: one new plan more than in the first, for a reason that was given."""
    revise(project)
    said = run("--reason", "One more plan was  counted\n<late>.")
    assert said.status == 0, said.err
    return folder


def revise(project: Path) -> None:
    """Another number of new plans of the authority."""
    one_more(project / FLOWS, area_code=HALTON, period="calendar year 2023", flow="new plans")


def packs(out: Path) -> dict[str, bytes]:
    """Every file of a folder of packs but the logs, byte for byte."""
    return {name: found for name, found in contents(out).items() if not name.startswith("logs/")}


def page(folder: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")


def rows(folder: Path, caption: str) -> list[list[str]]:
    (table,) = [one for one in page(folder, "changes.html").find_all("table") if caption in one.caption.get_text()]
    return [[" ".join(cell.get_text().split()) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]


def words(folder: Path, name: str = "changes.html") -> str:
    return " ".join(page(folder, name).main.get_text(" ").split())


# A release


def test_the_first_release_is_number_1_and_tells_of_no_change(folder):
    told = manifest.read(folder)["release"]
    assert (told["number"], told["reason"], told["replaces"]) == (1, "First release.", None)
    assert not (folder / "changes.html").exists()
    assert "changes.html" not in (folder / "index.html").read_text(encoding="utf-8")


def test_a_run_that_changes_nothing_leaves_the_release_byte_for_byte_and_says_so(folder, run):
    before = packs(folder.parent)
    status, out, err = run()
    assert (status, out) == (0, f"{Path('outputs', QUARTER, 'index.html')}\n")
    assert "stays as it is" in err
    assert manifest.read(folder)["seal"] in err
    assert packs(folder.parent) == before


def test_a_revision_takes_the_next_number_and_the_one_before_is_kept_whole(project, folder, run):
    before = contents(folder)
    revise(project)
    status, _, err = run()
    assert status == 0, err
    assert f"Release 2, seal {manifest.read(folder)['seal']}" in err
    assert contents(folder.parent / "earlier" / QUARTER / "1") == before
    told = manifest.read(folder)["release"]
    assert told["number"] == 2
    assert told["replaces"] == {"number": 1, "seal": json.loads(before["manifest.json"])["seal"]}
    assert told["reason"] == "Inputs that changed: dfe-ehc-plans-2025/flows.csv."


def test_a_revision_says_its_reason_and_every_figure_that_it_changed(revised):
    assert page(revised, "index.html").main.find("a", href="changes.html").get_text() == "Revision 2: what changed"
    assert "One more plan was counted <late>." in words(revised)
    header, *body = rows(revised, "Halton: figures that changed")
    assert header == ["Measure", "Period", "How it changed", "Before", "After"]
    before = parquet.read(revised.parent / "earlier" / QUARTER / "1")
    after = parquet.read(revised)
    told = [row for row in body if row[0] == "New plans"]
    old, new = (
        frame[(frame["metric_id"] == "new_plans_count") & (frame["area_code"] == HALTON)].set_index("period_label")
        for frame in (before, after)
    )
    assert new.loc["2023", "value"] == old.loc["2023", "value"] + 1
    assert told == [["New plans", "2023", "changed", *(f"{one.loc['2023', 'value']:,.0f}" for one in (old, new))]]
    assert page_problems("changes.html", (revised / "changes.html").read_text(encoding="utf-8")) == []


def test_a_revision_that_runs_again_unchanged_stays_even_where_the_release_before_is_gone(revised, run):
    before = contents(revised)
    assert run().status == 0
    assert contents(revised) == before
    shutil.rmtree(revised.parent / "earlier")
    assert run("--reason", "None").status == 0
    assert contents(revised) == before


def test_a_third_release_is_compared_with_the_second_and_both_are_kept(project, revised, run):
    revise(project)
    assert run().status == 0
    assert sorted(path.name for path in (revised.parent / "earlier" / QUARTER).iterdir()) == ["1", "2"]
    assert manifest.read(revised)["release"]["number"] == 3
    assert [row[2] for row in rows(revised, "Halton") if row[0] == "New plans"] == ["changed"]


def test_where_only_words_changed_the_revision_says_so(project, folder, run):
    write_heading(project / "notebooks" / "plans.ipynb", "In better words")
    assert run().status == 0
    assert "No figure changed: only words, charts" in words(folder)
    assert manifest.read(folder)["release"]["reason"] == "Notebooks that changed: Plans."


def test_a_section_that_is_new_is_told_in_a_sentence(folder, run, capfd):
    assert answer(capfd, "run", QUARTER, "--only", "Deficit").status == 0
    held = parquet.read(folder)
    number = held["metric_id"].str.startswith("dsg_").sum()
    assert f"New in this release, and not listed below: Deficit ({number} figures)." in words(folder)
    assert not page(folder, "changes.html").find("table")


def test_a_pack_that_was_altered_and_is_restored_keeps_its_number(revised, run):
    before = contents(revised)
    (revised / "plans.html").write_text("mine", encoding="utf-8")
    assert run().status == 4
    assert run("--force").status == 0
    after = contents(revised)
    assert {name: after[name] for name in after if name != "manifest.json"} == {
        name: before[name] for name in before if name != "manifest.json"
    }
    assert manifest.read(revised)["release"] == json.loads(before["manifest.json"])["release"]


def test_a_pack_that_was_altered_and_replaced_is_no_release(project, folder, run):
    (folder / "plans.html").write_text("mine", encoding="utf-8")
    revise(project)
    assert run("--force").status == 0
    assert not (folder.parent / "earlier").exists()
    assert manifest.read(folder)["release"]["number"] == 2
    assert manifest.read(folder)["release"]["replaces"] is None
    assert "altered after it was published" in words(folder)
    assert not page(folder, "changes.html").find("table")


def test_public_figures_are_never_set_beside_controlled_ones(folder, run):
    assert run("--profile", "controlled", "--force").status == 0
    assert run("--profile", "public", "--force").status == 0
    assert manifest.read(folder)["release"]["number"] == 3
    assert "had the other disclosure profile" in words(folder)
    assert not page(folder, "changes.html").find("table")


# The table of changes


def compared(evidence: Evidence, before: dict, after: dict) -> list[tuple[str, str, str]]:
    frames = [
        parquet.released(changed(evidence, "placement_special_percent", "January 2024", **columns), ["Placements"])
        for columns in (before, after)
    ]
    found = changes.changed(evidence, *frames)
    assert all(one["measure"] == "Plans in any special school" for one in found)
    return [(one["what"], one["before"], one["after"]) for one in found]


SHOWN = {"value": 37.2, "symbol": "", "numerator": 567.0, "denominator": 1524.0}
HIDDEN = {"value": float("nan"), "symbol": "c", "numerator": float("nan"), "denominator": float("nan")}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (SHOWN, SHOWN, []),
        (SHOWN, {**SHOWN, "value": 38.2}, [("changed", "37.2%", "38.2%")]),
        (SHOWN, {**SHOWN, "value": 37.21}, [("changed", "37.20%", "37.21%")]),
        (SHOWN, HIDDEN, [("hidden now", "shown", "c")]),
        (HIDDEN, SHOWN, [("shown now", "c", "37.2%")]),
        (SHOWN, {**SHOWN, "numerator": 568.0}, [("counts behind it", "37.2% (567 of 1,524)", "37.2% (568 of 1,524)")]),
    ],
)
def test_how_a_figure_changed_is_told_and_what_is_hidden_now_is_not_repeated(evidence, before, after, told):
    assert compared(evidence, before, after) == told


def test_figures_that_are_new_or_gone_are_told_and_the_authoritys_own_come_first(evidence):
    frame = parquet.released(evidence, ["Placements"])
    own = frame.index[(frame["metric_id"] == "placement_special_percent") & (frame["area_code"] == HALTON)][0]
    other = frame.index[(frame["metric_id"] == "placement_special_percent") & (frame["area_code"] != HALTON)][0]
    found = changes.changed(evidence, frame.drop(index=own), frame.drop(index=other))
    assert [(one["area_code"] == HALTON, one["what"]) for one in found] == [(True, "new"), (False, "gone")]
    assert found[0]["before"] == found[1]["after"] == "not there"


# Whether a pack is as it was published, and comes out so again


def test_a_pack_as_published_is_whole_and_unaltered_and_says_what_was_not_checked(folder, verify):
    status, out, err = verify(str(folder))
    assert (status, err) == (0, "")
    assert "Whole: yes." in out
    assert "Unaltered: yes." in out
    assert "Reproducible: not checked" in out
    assert f"Seal: {manifest.read(folder)['seal']}" in out


def _edit(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"Halton"', '"Runcorn"'), encoding="utf-8")


SPOILT = {
    "a page": (lambda folder: (folder / "plans.html").write_bytes(b""), "plans.html was altered"),
    "one gone": (lambda folder: (folder / "plans.html").unlink(), "plans.html is missing"),
    "one more": (lambda folder: (folder / "a\nb").write_bytes(b""), "a\\nb was added"),
    "a folder": (lambda folder: (folder / "drafts").mkdir(), "drafts was added"),
    "a fact": (_edit, "manifest.json was altered"),
    "a space": (lambda folder: (folder / "manifest.json").open("a").write(" "), "manifest.json was altered"),
    "no JSON": (lambda folder: (folder / "manifest.json").write_bytes(b"\xff["), "manifest.json cannot be read"),
    "deep": (lambda folder: (folder / "manifest.json").write_text("[" * 100_000), "manifest.json cannot be read"),
}


@pytest.mark.parametrize(("spoil", "said"), SPOILT.values(), ids=SPOILT)
def test_whatever_was_done_to_a_pack_is_told_in_a_line(folder, verify, spoil, said):
    spoil(folder)
    status, out, err = verify(str(folder))
    assert (status, err) == (4, "")
    assert out.splitlines()[0].startswith(said)


def test_a_link_in_the_place_of_a_page_is_told(folder, verify, tmp_path):
    elsewhere = (folder / "plans.html").rename(tmp_path / "plans.html")
    try:
        (folder / "plans.html").symlink_to(elsewhere)
    except OSError:
        pytest.skip("links cannot be made here")
    assert verify(str(folder)).out.startswith("plans.html was altered")


def test_a_manifest_that_names_a_file_elsewhere_opens_none(folder, verify):
    told = manifest.read(folder)
    told["outputs"].append({"file": "../../programme.toml", "sha256": "0" * 64})
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    assert verify(str(folder)).out.startswith("../../programme.toml is missing.")


@pytest.mark.parametrize("name", ["nowhere", "outputs", "programme.toml"])
def test_what_is_no_pack_ends_with_2(project, verify, name):
    status, out, err = verify(name)
    assert (status, out) == (2, "")
    assert "is no pack" in err


def test_a_revision_comes_out_the_same_again_and_leaves_nothing_behind(revised, verify):
    before = packs(revised.parent)
    status, out, _ = verify(str(revised), "--rebuild", "--format", "json")
    told = json.loads(out)
    assert (status, told["reproducible"], told["problems"], told["causes"]) == (0, True, [], [])
    assert packs(revised.parent) == before


def test_what_comes_out_differently_is_named_with_what_may_be_why(project, folder, verify):
    revise(project)
    status, out, _ = verify(str(folder), "--rebuild")
    assert status == 4
    assert "figures.parquet comes out differently" in out
    assert "Reproducible: no." in out
    assert "Inputs that changed: dfe-ehc-plans-2025/flows.csv." in out


def test_a_revision_whose_earlier_release_is_gone_cannot_be_made_again_and_says_what_is_needed(revised, verify):
    shutil.rmtree(revised.parent / "earlier")
    status, out, _ = verify(str(revised), "--rebuild")
    assert status == 4
    assert "release 1 is not there or was altered" in out
    assert "Whole: yes." in out


def test_two_copies_of_the_project_give_the_same_bytes_whatever_the_place_the_clock_and_the_order(
    tmp_path, monkeypatch
):
    """Two processes at once, each in a copy at another path, one with kernels and one without, last notebook first.

    Only the manifest may hold times.
    """
    roots = [tmp_path / place / "project" for place in ("one", "an other")]
    for root in roots:
        root.mkdir(parents=True)
        raw = copy_of_the_project(root) / "data" / "raw"
        keep_few_areas(raw)
        for name in OF_NEITHER_SECTION:
            shutil.rmtree(raw / name)
    words = ["run", QUARTER, "--only", "Voice"]
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "dbv_analysis", *words], cwd=roots[0], env=environment)
    monkeypatch.setenv("TZ", "America/Lima")

    def last_first(tasks: list, *more: object, **how: bool) -> dict[str, Path]:
        return in_process.execute(tasks[::-1], *more, **how)

    monkeypatch.setitem(STAND_INS, "kernels", (packing, "execute", last_first))
    assert run_here(roots[1], *words, without=()).status == 0
    assert process.wait(timeout=120) == 0
    one, other = (contents(root / "outputs" / QUARTER) for root in roots)
    assert sorted(one) == sorted(other)
    assert [name for name in one if one[name] != other[name]] == ["manifest.json"]
