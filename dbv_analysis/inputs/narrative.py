"""What people write for a quarter's reports: ``data/raw/narrative/<quarter>.md``, a first-level heading a part.

Paragraphs and lists are taken; comments (``<!-- … -->``) say what a part wants and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import mistune

from dbv_analysis.model.blocks import Block, Paragraphs
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.text_checks import unseen
from dbv_analysis.model.wording import did_you_mean

FOLDER = "narrative"
TEMPLATE = "template.md"
# A comment that opens and is not closed before the next comment or the next part.
UNCLOSED = re.compile(r"<!--(?!(?:(?!<!--|^# ).)*?-->)", re.DOTALL | re.MULTILINE)


def read_narrative(data: Path, quarter: str, parts: Iterable[str], strict: bool = True) -> dict[str, list[Block]]:
    """The text of each part that is written, by its heading; a part without text is left out.

    Args:
        data: the folder of the inputs.
        quarter: whose narrative it is. Where there is no file, nothing is written yet.
        parts: the headings that the reports ask for.
        strict: whether a heading that is not among them is refused, or left out with its text.

    Raises DataProblems for every heading that no report asks for, or that stands twice.
    """
    path = narrative_file(data, quarter)
    if not path.is_file():
        return {}
    shown = path.as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataProblems([DataProblem(shown, "is not in UTF-8.", "Save it again as UTF-8.")]) from None
    lines = [(number, unseen(line)) for number, line in enumerate(text.split("\n"), start=1)]
    if odd := [DataProblem(shown, *found, number) for number, found in lines if found]:
        raise DataProblems(odd)
    if comment := UNCLOSED.search(text):
        line = text.count("\n", 0, comment.start()) + 1
        raise DataProblems([DataProblem(shown, "A comment (<!--) is not closed.", "End it with -->.", line)])
    known = {part.lower(): part for part in parts}
    found: dict[str, list[Block]] = {}
    problems = []
    part: str | None = None
    for token in _tokens(text):
        if token["type"] == "heading" and token["attrs"]["level"] == 1:
            heading = _words(token)
            part = known.get(heading.lower())
            if part is None and not strict:
                part = heading
                found.setdefault(part, [])
            elif part is None:
                what = f'The part "{heading}" is in no report.'
                problems.append(DataProblem(shown, what, f"Correct its name.{did_you_mean(heading, known.values())}"))
            elif part in found:
                problems.append(DataProblem(shown, f'The part "{part}" stands twice.', "Put its text together."))
            else:
                found[part] = []
            continue
        block = _block(token)
        if block is None:
            continue
        if part is None:
            if not problems:
                problems.append(DataProblem(shown, "Text stands before the first heading.", "Put it under a part."))
            continue
        found[part].append(block)
    if problems:
        raise DataProblems(problems)
    return {name: blocks for name, blocks in found.items() if blocks and name.lower() in known}


def narrative_file(data: Path, quarter: str) -> Path:
    """Where a quarter's narrative is, or would be."""
    return data / FOLDER / f"{quarter}.md"


def written_quarters(data: Path) -> list[str]:
    """The quarters for which there is a narrative."""
    return sorted(path.stem for path in (data / FOLDER).glob("*.md") if path.name != TEMPLATE)


def _tokens(text: str) -> list[dict]:
    without_comments = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return mistune.create_markdown(renderer="ast")(without_comments)


def _block(token: dict) -> Block | None:
    if token["type"] == "list":
        items = [words for item in token["children"] if (words := _words(item))]
        return Paragraphs(items, listed=True) if items else None
    words = _words(token)
    return Paragraphs([words]) if words else None


def _words(token: dict) -> str:
    """The plain text of a token: emphasis and links keep their words alone."""
    if token["type"] in ("softbreak", "linebreak"):
        return " "
    if "children" in token:
        between = " " if token["type"] in ("list", "list_item", "block_quote") else ""
        return " ".join(between.join(_words(child) for child in token["children"]).split())
    return token.get("raw", "") if token["type"] not in ("thematic_break", "blank_line") else ""
