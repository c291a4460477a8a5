"""One whole pack, run once for every test that looks at it; and a project with a published pack to spoil."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest
from bs4 import BeautifulSoup

from dbv_analysis.cli import main
from tests.conftest import QUARTER, ROOT, dbv


@dataclass(frozen=True)
class Run:
    """A run of the command in a project of its own, and the pack that it was to publish."""

    project: Path
    done: subprocess.CompletedProcess[str]

    @property
    def folder(self) -> Path:
        return self.project / "outputs" / QUARTER

    def page(self, name: str) -> BeautifulSoup:
        return BeautifulSoup((self.folder / name).read_text(encoding="utf-8"), "html.parser")


class Said(NamedTuple):
    """What the command answered: its exit status, standard output and standard error."""

    status: int
    out: str
    err: str


def copy_of_the_project(root: Path) -> Path:
    """All that a pack is made from, in a folder that outlives a single test."""
    shutil.copy(ROOT / "programme.toml", root)
    shutil.copytree(ROOT / "data" / "raw", root / "data" / "raw")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return root


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change_cell(path: Path, row: int, column: str, change: Callable[[str], str]) -> None:
    """Change one cell of a CSV; rows are numbered as a spreadsheet numbers them, the header 1."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    place = rows[0].index(column)
    rows[row - 1][place] = change(rows[row - 1][place])
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def one_more(path: Path, **where: str) -> None:
    """Raise by one the count of the first row whose cells are as ``where`` says, if it holds a number."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    found = [n for n, row in enumerate(rows, start=2) if where.items() <= row.items() and row["count"].isdigit()]
    change_cell(path, found[0], "count", lambda count: str(int(count) + 1))


def answer(capfd: pytest.CaptureFixture[str], *words: str) -> Said:
    """Run the command without a process of its own. An error that it does not explain goes on to the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["dbv", *words])
        capfd.readouterr()
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code
    return Said(status, *capfd.readouterr())


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The whole pack of the shipped quarter, as the command publishes it."""
    root = copy_of_the_project(tmp_path_factory.mktemp("whole-pack"))
    run = Run(root, dbv("run", QUARTER, "--out", str(root / "outputs"), cwd=root))
    assert run.done.returncode == 0, run.done.stderr
    return run


@pytest.fixture
def last_pack(pack: Run, project: Path) -> Path:
    """A whole pack that ``project`` published before: a copy of the shared one, made from the same inputs."""
    folder = project / "outputs" / QUARTER
    shutil.copytree(pack.folder, folder)
    return folder


@pytest.fixture
def command(project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command, run in ``project`` without a process of its own."""
    monkeypatch.chdir(project)
    return lambda *words: answer(capfd, *words)
