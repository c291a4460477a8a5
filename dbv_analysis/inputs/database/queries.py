"""A ``.sql`` file: one query, or named queries (``-- name: person`` above each), each of which only reads.

That a statement only reads is asked here of its text, which keeps mistakes out. What keeps all else out is the
read-only transaction that it runs in, and an account that may only read.
"""

from __future__ import annotations

import re
from pathlib import Path

from dbv_analysis.model.problems import DataProblem, DataProblems

NAMED = re.compile(r"^[ \t]*--[ \t]*name:[ \t]*(.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)
# Comments, then text and names in the quotation marks of PostgreSQL, SQL Server, Oracle, MySQL and SQLite.
COMMENT = r"--[^\n]*|/\*.*?\*/"
QUOTED = r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`|\[[^\]\n]*\]|\$(\w*)\$.*?\$\1\$"
NOT_SQL = re.compile(f"{COMMENT}|{QUOTED}", re.DOTALL)
READS = ("select", "with")
WRITES = re.compile(
    r"\b(insert|update|delete|merge|into|drop|alter|create|truncate|grant|revoke|exec|execute|call)\b", re.IGNORECASE
)
FIX = "Write one query a file, or a name, some SELECT, for each."


def read_queries(path: Path, shown: str) -> dict[str, str]:
    """The queries of a file by their names, "" for one that has none.

    Raises DataProblems for everything that is wrong: no text in UTF-8, no query, a name that is missing or used twice,
    a statement that is not a single SELECT (or WITH and a SELECT).
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DataProblems([DataProblem(shown, "is not in UTF-8.", "Save it again as UTF-8.")]) from None
    before, *parts = NAMED.split(text)
    names, bodies = ([name.lower() for name in parts[::2]], parts[1::2]) if parts else ([""], [before])
    problems = []
    if parts and _bare(before).strip():
        fix = "Put -- name: and a name above it."
        problems.append(DataProblem(shown, "has a statement above its first name.", fix))
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.append(DataProblem(shown, f'has two queries named "{name}".', "Take one out."))
    queries = dict(zip(names, map(_one_statement, bodies), strict=True))
    problems += [
        DataProblem(place(shown, name), what, "A query reads and does no more: write a single SELECT.")
        for name, body in queries.items()
        if (what := _refused(body))
    ]
    if problems:
        raise DataProblems(problems)
    return queries


def the_only_query(path: Path, shown: str) -> dict[str, str]:
    """As ``read_queries``, for an input that is one table."""
    queries = read_queries(path, shown)
    if len(queries) > 1:
        what = f"holds {len(queries)} queries."
        raise DataProblems([DataProblem(shown, what, "Keep the one that gives the table.")])
    return queries


def place(shown: str, name: str) -> str:
    """A query as messages name it."""
    return f"{shown}, query {name}" if name else shown


def _bare(text: str) -> str:
    """The text without comments, and without what stands in quotation marks."""
    return NOT_SQL.sub(" ", text)


def _one_statement(text: str) -> str:
    """The text without the semicolon, and the comments, that may end it."""
    return re.sub(rf"(?:;|\s|{COMMENT})+\Z", "", text, flags=re.DOTALL).strip()


def _refused(text: str) -> str:
    """What is wrong with a statement that is to be a query, or nothing."""
    bare = _bare(text)
    statement = bare.lstrip("( \t\r\n").strip()
    if not statement:
        return "is empty."
    if ";" in bare:
        return "holds more than one statement."
    if re.match(r"\w*", statement)[0].lower() not in READS:
        return "does not begin with SELECT or WITH."
    writes = WRITES.search(bare)
    return f"holds the word {writes[0].upper()}, which changes or makes something." if writes else ""
