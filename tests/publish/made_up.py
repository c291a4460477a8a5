"""Notebooks of one cell and a made-up manifest, for tests of what becomes of a pack, not of what its pages say."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from dbv_analysis.model.pack import SECTIONS
from dbv_analysis.publish import manifest
from dbv_analysis.publish.checkpoint import Checkpoint
from dbv_analysis.publish.notebooks import Task
from tests.conftest import QUARTER

SUM = "0" * 64

PARAMETERS = "\n".join(f'{name} = ""' for name in ("quarter", "data", "profile", "as_at", "sections", "section"))


def write_notebook(path: Path, *cells: str, parameters: str = PARAMETERS) -> None:
    """A notebook that takes every parameter of a pack, and then runs ``cells``."""
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[tagged, *map(new_code_cell, cells)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)


def rewrite_notebooks(folder: Path, *cells: str) -> None:
    """Every notebook of a project takes its parameters, and then runs ``cells`` and nothing else."""
    for path in sorted(folder.glob("*.ipynb")):
        write_notebook(path, *cells)


def seal_as_a_pack(folder: Path, as_at: str = "2024-09-25", profile: str = "public", **more: object) -> None:
    """A manifest for whatever a folder holds, as that of a first release; ``more`` is what it says of its making."""
    sections = [name for name in more.get("notebooks", {}) if name in SECTIONS]
    described = {
        "quarter": QUARTER,
        "parameters": {"as_at": as_at, "profile": profile, "sections": sections},
        "package": {"version": "0", "sha256": SUM},
        "environment": {"python": "3", "platform": "any", "libraries": {}},
        "fingerprint": "",
        "settings": {"file": "programme.toml", "sha256": SUM},
        "files": [],
        "queried": [],
        "notebooks": {},
        "started": "2024-10-01T00:00:00+00:00",
        **more,
    }
    release = {"number": 1, "date": "2024-10-01", "reason": "First release.", "replaces": None}
    manifest.write(folder, described, release)


def write_heading(path: Path, words: str) -> None:
    """A notebook whose page is one heading."""
    write_notebook(path, f"from IPython.display import HTML\nHTML('<h1>{words}</h1>')")


def write_headings(folder: Path) -> None:
    """Every notebook of a project makes a page of one heading, each with its own."""
    for path in sorted(folder.glob("*.ipynb")):
        write_heading(path, f"As {path.stem} had it")


def headings_alone(found: list[Task], finished: Checkpoint, *about: object, **more: object) -> dict[str, Path]:
    """Without kernels: each page is the heading that its notebook shows."""
    executed = {}
    for task in found:
        words = nbformat.read(task.notebook, as_version=4).cells[-1].source.splitlines()[-1]
        shown = new_output("display_data", {"text/html": words.removeprefix("HTML('").removesuffix("')")})
        executed[task.section] = finished.folder / f"{task.address}.ipynb"
        nbformat.write(new_notebook(cells=[new_code_cell(outputs=[shown], id="one")]), executed[task.section])
    return executed
