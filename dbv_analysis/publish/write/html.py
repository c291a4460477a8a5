"""An executed notebook → a self-contained page: nbconvert's API with the project's own template."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import dbv_analysis
from dbv_analysis.model.blocks import Block
from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.model.problems import NotebookProblem
from dbv_analysis.model.source import Source
from dbv_analysis.publish.notebooks import Task
from dbv_analysis.results.evidence import Evidence

Pages = list[tuple[str, str]]
TEMPLATES = Path(dbv_analysis.__file__).parent / "templates"


@cache
def _exporter() -> HTMLExporter:
    return HTMLExporter(
        template_name="page",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_input=True,
        exclude_anchor_links=True,
    )


@cache
def _style() -> str:
    return (TEMPLATES / "page" / "style.css").read_text(encoding="utf-8")


def page(task: Task, executed: Path, evidence: Evidence, pages: Pages, revision: int = 1) -> str:
    """The page of an executed notebook.

    ``pages`` are the names and addresses of all pages of the pack, for the navigation. With a ``revision``
    after the first release, the page links to what it changed.

    Raises NotebookProblem where a cell ended in an error: papermill lets a cell that leaves pass, and an error's
    text shows what stood in the tables.
    """
    notebook = nbformat.read(executed, as_version=4)
    _refuse_errors(notebook, task)
    return _render(notebook, task.section, task.address, evidence, pages, revision)


def page_of(section: str, address: str, parts: Mapping[str, list[Block]], evidence: Evidence, pages: Pages) -> str:
    """A page that no notebook makes, in the look of the others: blocks, by the heading over them (none where empty)."""
    cells = []
    for heading, blocks in parts.items():
        cells += [new_markdown_cell(f"## {heading}", id=f"heading-{len(cells)}")] if heading else []
        shown = [new_output("display_data", {"text/html": block.html()}) for block in blocks]
        cells.append(new_code_cell(outputs=shown, id=f"blocks-{len(cells)}"))
    return _render(new_notebook(cells=cells), section, address, evidence, pages)


def _render(
    notebook: nbformat.NotebookNode, section: str, address: str, evidence: Evidence, pages: Pages, revision: int = 1
) -> str:
    area, name = evidence.area, evidence.programme.programme.name
    about = {
        "title": f"{section} – {area}, {name}, {evidence.quarter}",
        "style": _style(),
        "pages": pages,
        "address": address,
        "mark": evidence.mark,
        "revision": revision,
        "version": dbv_analysis.__version__,
        "inputs": inputs(evidence.sources),
        "disclosure": disclosure(evidence),
        "open_government": any(source.licence.startswith("Open Government") for source in evidence.sources),
    }
    html, _ = _exporter().from_notebook_node(notebook, resources={"dbv": about})
    return html


def _refuse_errors(notebook: nbformat.NotebookNode, task: Task) -> None:
    for number, cell in enumerate(notebook.cells):
        if any(output.output_type == "error" for output in cell.get("outputs", [])):
            raise NotebookProblem(
                f"notebooks/{task.notebook.name} holds an error in cell {number}, so {task.address} was not made. "
                "Open the notebook in JupyterLab and run it to see why."
            )


def inputs(sources: list[Source]) -> list[dict[str, str]]:
    """What a page and the manifest say of each input."""
    return [
        source.model_dump(include={"publisher", "title", "file", "sha256", "licence", "release"}) for source in sources
    ]


def disclosure(evidence: Evidence) -> str:
    """The disclosure rule in force, and whether somebody has signed it."""
    rule = evidence.programme.disclosure
    if evidence.profile == CONTROLLED:
        return "Controlled profile: small counts are shown. Not for publication."
    signed = f"signed off: {rule.signed_off}" if rule.signed_off else "not signed off yet by the authority"
    hidden = f"Counts from 1 to {rule.threshold - 1}, and figures that would reveal them, are shown as c"
    rounded = f"; counts of children are rounded to the nearest {rule.rounding}" if rule.rounding else ""
    return f"{hidden}{rounded}; the rule is {signed}."
