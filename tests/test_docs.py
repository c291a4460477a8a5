"""The README and the pages of docs/: short, whole, and true of the command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dbv_analysis.cli import dbv
from tests.conftest import ROOT

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md"))]
LONGEST_README, LONGEST_LINE = 150, 120
FREE = ("|", "![", "#")  # a table's row, a picture with its alt text and a heading stand on one line, however long


def prose(text: str) -> Iterator[str]:
    """The lines that are neither code nor on one line by their nature."""
    fenced = False
    for line in text.splitlines():
        fenced ^= line.lstrip().startswith("```")
        if not fenced and not line.startswith(FREE):
            yield line


def anchors(page: Path) -> set[str]:
    """The headings of a page, as a link to one of them is written."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_is_read_in_one_sitting():
    text = README.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_README
    assert [line for line in prose(text) if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_of_a_page_leads_somewhere(page):
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def commands(group: click.Group, name: str = "dbv") -> Iterator[tuple[str, click.Command]]:
    for word, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


def test_the_page_of_commands_has_every_command_with_its_own_options_and_no_other():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    named = dict(commands(dbv))
    rows = [line for line in text.splitlines() if line.startswith("| `dbv ")]
    shown = {}
    for name in named:
        (shown[name],) = [row for row in rows if re.search(rf"`{name}[ `]", row)]
    assert set(shown.values()) == set(rows)
    for name, row in shown.items():
        known = {option for parameter in named[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", row)) <= known, name
    options = {option for command in named.values() for parameter in command.params for option in parameter.opts}
    assert {option for option in options if option.startswith("--")} <= set(re.findall(r"--[a-z-]+", text))
