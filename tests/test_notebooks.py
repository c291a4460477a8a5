"""The committed notebooks, and the catalogue of metrics, are as they should be."""

from __future__ import annotations

import nbformat
import pytest

from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.model.wording import slug
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.reports.catalogue import as_markdown
from tests.conftest import ROOT
from tests.notebooks import MACHINE, notebooks, problems
from tests.shipped import METRICS


def test_there_is_a_notebook_for_every_section_one_for_any_one_for_each_page_of_the_whole_pack_and_one_to_explore():
    whole_pack = map(slug, [*SECTIONS, SUMMARY, RECONCILIATION])
    assert {path.stem for path in notebooks()} == {*whole_pack, "any_section", "explore_cohorts"}


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_committed_notebook_is_thin_and_holds_text_alone(path):
    assert problems(path) == []


def test_a_notebook_with_a_picture_a_path_or_work_of_its_own_is_refused(tmp_path):
    notebook = nbformat.read(notebooks()[0], as_version=4)
    cell = nbformat.v4.new_code_cell("def helper():\n    return frame.groupby('x')")
    cell.outputs = [
        nbformat.v4.new_output("display_data", {"image/png": "aGk=", "text/plain": "read /home/someone/data/raw"})
    ]
    notebook.cells.append(cell)
    path = tmp_path / "thick.ipynb"
    nbformat.write(notebook, path)
    words = "\n".join(problems(path))
    assert "defines or decides" in words
    assert "calculates (groupby)" in words
    assert "more than text" in words
    assert "/home/someone" in words


@pytest.mark.parametrize("text", ["at 12:30 today", "see /srv/pack/index.html", "C:\\Users\\someone"])
def test_paths_and_times_are_found(text):
    assert MACHINE.search(text)


@pytest.mark.parametrize("text", ["2022/23", "4 in 10", "£26.45m to £26.75m", "and/or"])
def test_periods_and_figures_are_not_taken_for_paths(text):
    assert not MACHINE.search(text)


def test_the_catalogue_in_docs_is_the_catalogue_of_the_code():
    written = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert written == as_markdown(METRICS) + "\n", "run `make catalogue`"
