"""What many tests of inputs do: put a file with its source into a folder, and ask what is wrong with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from dbv_analysis.inputs.load import load
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.source import sha256_of
from tests.conftest import ROOT

SOURCE = {"release": "a-release", "publisher": "A publisher", "title": "A title", "licence": "A licence"}
DFE = {"format": "ees", "publisher": "Department for Education", "licence": "Open Government Licence v3.0"}


def put_source(file: Path, published: str = "2025-06-26", more: str = "", **settings: str) -> Path:
    """Write the source of a file, sealed. ``more`` are further lines of it. Returns the folder."""
    texts = {"file": file.name, **SOURCE, **settings, "sha256": sha256_of(file)}
    lines = [f'{name} = "{text}"' for name, text in texts.items()]
    lines += [f"published = {published}", f"retrieved = {published}", more]
    name = file.name.split(".")[0]
    file.with_name(f"{name}.source.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file.parent


def empty_project(root: Path) -> Path:
    """A project without inputs: the folder that they go into."""
    shutil.copy(ROOT / "programme.toml", root)
    folder = root / "data" / "raw"
    folder.mkdir(parents=True)
    return folder


def problems_of(read: Callable[[], object]) -> list[DataProblem]:
    """What is wrong, as the function that reads says it."""
    with pytest.raises(DataProblems) as caught:
        read()
    return caught.value.problems


def problems(raw: Path) -> list[DataProblem]:
    """What is wrong with the inputs of a folder."""
    return problems_of(lambda: load(raw))


def only_problem(raw: Path) -> DataProblem:
    (problem,) = problems(raw)
    return problem
