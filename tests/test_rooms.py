"""The folders of the package are its plan: few, in layers, and no name of a file in more than two of them."""

from __future__ import annotations

import tomllib
from collections import defaultdict

from tests.conftest import ROOT

PACKAGE = ROOT / "dbv_analysis"
ROOMS = {
    folder.name for folder in PACKAGE.iterdir() if folder.is_dir() and folder.name not in ("__pycache__", "templates")
}
MODULES = [path.relative_to(PACKAGE) for path in sorted(PACKAGE.rglob("*.py"))]


def test_at_the_top_of_the_package_stand_the_command_and_a_few_folders():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "__main__.py", "cli.py"}
    assert len(ROOMS) <= 16


def test_every_folder_is_a_layer():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    named = [name.strip().removeprefix("dbv_analysis.") for line in layers for name in line.split("|")]
    assert sorted(named) == sorted([*ROOMS, "cli", "__main__"])


def test_no_name_of_a_file_stands_in_more_than_two_folders():
    rooms = defaultdict(set)
    for path in MODULES:
        if path.name not in ("__init__.py", "cli.py"):
            rooms[path.name].add(path.parts[0])
    assert {name: found for name, found in rooms.items() if len(found) > 2} == {}


def test_no_module_is_so_long_that_it_is_not_read_in_one_sitting():
    lines = {path.as_posix(): (PACKAGE / path).read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert {path: number for path, number in lines.items() if number > 330} == {}
