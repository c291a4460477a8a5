"""A notebook that runs in this process shows what it shows in a kernel of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from dbv_analysis.model.problems import NotebookProblem
from dbv_analysis.publish import execute as kernels
from dbv_analysis.publish.checkpoint import Checkpoint
from dbv_analysis.publish.notebooks import Task
from tests.publish import in_process
from tests.publish.made_up import write_notebook

PICTURE = """
class Picture:
    def _repr_png_(self):
        return b"PNG", {"width": 1}

    def __repr__(self):
        return "8"


Picture()
"""
CELLS = (
    "import sys, warnings\nfrom dbv_analysis.model.blocks import Headline\nfrom IPython.display import HTML, display",
    "print('one')\ndisplay(HTML('two'), metadata={'text/html': {'three': 4}})\nprint('five', file=sys.stderr)\n6",
    "Headline('Words')",
    "7;",
    "",
    "warnings.warn('careful')",
    PICTURE,
    "section, __name__",
    "_",
)


def shown(path: Path) -> list[tuple]:
    """What a notebook holds and shows; of the error stream only how often, as warnings name a file of the kernel's."""
    cells = nbformat.read(path, as_version=4).cells
    for output in [output for cell in cells for output in cell.get("outputs", []) if output.get("name") == "stderr"]:
        output.text = ""
    return [(cell.source, cell.get("execution_count"), cell.get("outputs")) for cell in cells]


@pytest.mark.parametrize("last", ["sys.exit(0)", "1 / 0"])
def test_a_notebook_shows_the_same_and_fails_with_the_same_words(tmp_path, last):
    write_notebook(tmp_path / "any.ipynb", *CELLS, last, "'not reached'")
    task = Task("Any", tmp_path / "any.ipynb", {"section": "Any"})

    def run(execute: Callable) -> tuple[list, list | str]:
        heard: list[str] = []
        finished = Checkpoint.open(tmp_path, "quarter", "public", execute.__module__)
        try:
            done = execute([task], finished, 2, 60, lambda event: heard.append(event.kind), False)
        except NotebookProblem as problem:
            return heard, str(problem)
        return heard, shown(done["Any"])

    assert run(in_process.execute) == run(kernels.execute)
