"""The committed notebooks: thin, and with outputs of text alone.

python -m tests.notebooks check     say what is wrong with them
python -m tests.notebooks refresh   run them and keep what they say
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent.parent / "notebooks"
LONGEST_CELL = 8
PARAMETERS = {"quarter", "data", "profile", "as_at"}
TEXT = "text/plain"
# A folder of a machine, or a time of day.
MACHINE = re.compile(r"(^|[\s\"'(])(/[A-Za-z0-9_.-]+){2,}|[A-Z]:\\|\b\d{1,2}:\d{2}\b")


def notebooks() -> list[Path]:
    return sorted(FOLDER.glob("*.ipynb"))


def problems(path: Path) -> list[str]:
    """Everything that keeps a notebook from being committed."""
    notebook = nbformat.read(path, as_version=4)
    found = []
    tagged = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        found.append('needs one cell tagged "parameters"')
    else:
        found += _parameters(tagged[0].source)
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            found += [f"cell {number} {words}" for words in [*_source(cell.source), *_outputs(cell.outputs)]]
    if not any(cell.get("outputs") for cell in notebook.cells):
        found.append("has no outputs, so nothing would be compared: run `make notebooks`")
    return [f"notebooks/{path.name}: {words}" for words in found]


def _parameters(source: str) -> list[str]:
    assigned = {node.targets[0].id: node.value for node in ast.parse(source).body if isinstance(node, ast.Assign)}
    found = [f"has no parameter {name}" for name in sorted(PARAMETERS - set(assigned))]
    for name, value in assigned.items():
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            found.append(f"parameter {name} is not plain text")
    return found


def _source(source: str) -> list[str]:
    found = []
    if len(source.splitlines()) > LONGEST_CELL:
        found.append(f"is longer than {LONGEST_CELL} lines: move the work into dbv_analysis")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Lambda | ast.For | ast.If):
            found.append("defines or decides something: move it into dbv_analysis")
        if isinstance(node, ast.Attribute) and node.attr in ("merge", "groupby", "join", "pivot_table", "apply"):
            found.append(f"calculates ({node.attr}): move it into dbv_analysis")
    return found


def _outputs(outputs: list) -> list[str]:
    found = []
    for output in outputs:
        if output.output_type not in ("execute_result", "display_data"):
            found.append(f"holds an output of the kind {output.output_type}")
            continue
        if set(output.data) != {TEXT}:
            found.append("holds more than text: run `make notebooks`")
        if match := MACHINE.search(output.data.get(TEXT, "")):
            found.append(f"holds a path or a time: {match[0].strip()}")
    return found


def refresh() -> None:
    """Run every notebook with its own defaults and keep the text of its outputs."""
    for path in notebooks():
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}).execute()
        notebook.metadata = {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
            if cell.cell_type == "code":
                for output in cell.outputs:
                    if "data" in output:
                        output.data = {TEXT: output.data[TEXT]}
                        output.metadata = {}
        nbformat.write(notebook, path)


def check() -> None:
    found = [words for path in notebooks() for words in problems(path)]
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    {"check": check, "refresh": refresh}[sys.argv[1]]()
