"""Find the notebooks of a pack, and check their parameters."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import nbformat

from dbv_analysis.model.pack import section_of
from dbv_analysis.model.problems import NotebookProblem
from dbv_analysis.model.wording import listed, slug
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY

FOLDER = "notebooks"
ANY_SECTION = "any_section.ipynb"


@dataclass(frozen=True)
class Task:
    """One notebook to run: whose page it makes, and with which parameters (text, every one)."""

    section: str
    notebook: Path
    parameters: dict[str, str]

    @property
    def address(self) -> str:
        return address_of(self.section)


def address_of(section: str) -> str:
    """The file name of a section's page. The board summary is the pack's front page."""
    return "index.html" if section == SUMMARY else section_of(section).page


def notebook_of(folder: Path, section: str) -> Path:
    """The notebook that draws a section's page: its own, or the one for any section."""
    own = folder / f"{slug(section)}.ipynb"
    return own if own.is_file() else folder / ANY_SECTION


def tasks(folder: Path, sections: list[str], parameters: dict[str, str], held: list[str]) -> list[Task]:
    """The board summary, each section and the reconciliation, with their notebooks.

    A section without a notebook of its own is drawn by ``any_section.ipynb``. ``held`` are the sections
    whose pages the pack will hold.

    Raises NotebookProblem where a notebook is missing or takes other parameters than it would be given:
    papermill only warns of that, and would run with the defaults.
    """
    found = [Task(SUMMARY, folder / "board_summary.ipynb", {**parameters, "sections": ", ".join(held)})]
    for section in sections:
        notebook = notebook_of(folder, section)
        more = {"section": section} if notebook.name == ANY_SECTION else {}
        found.append(Task(section, notebook, {**parameters, **more}))
    found.append(Task(RECONCILIATION, folder / "reconciliation.ipynb", parameters))
    problems = [problem for task in found for problem in _parameter_problems(task)]
    if problems:
        raise NotebookProblem("\n".join(problems))
    return found


def _parameter_problems(task: Task) -> list[str]:
    import papermill

    shown = f"notebooks/{task.notebook.name}"
    if not task.notebook.is_file():
        return [f"{shown} is missing. Put it back; the page {task.address} is made from it."]
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    try:
        nbformat.validate(nbformat.read(task.notebook, as_version=4))
        takes = set(papermill.inspect_notebook(str(task.notebook)))
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError):
        return [f"{shown} is not a notebook that can be read. Restore it from version control."]
    lacks = sorted(set(task.parameters) - takes)
    if not lacks:
        return []
    return [
        f"{shown} takes no parameter {listed(lacks)}. "
        'Set it to a default in the cell that is tagged "parameters" (JupyterLab: Property Inspector, Cell Tags).'
    ]
