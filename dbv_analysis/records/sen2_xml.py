"""The person-level SEN2 return as XML, read a person at a time, so that memory does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from lxml import etree

from dbv_analysis.records import fields
from dbv_analysis.records.fields import Module
from dbv_analysis.records.store import Store, Tally
from dbv_analysis.terms import DataProblem, DataProblems, listed

PERSON, HEADER = "Person", "Header"
MOST_PARTS = 20_000  # elements of one person, beyond which the file is not a return


def read_xml(path: Path, folder: Path, shown: str) -> Tally:
    """Read a return into ``folder``: a Parquet file a module, and the rejected rows with their reasons.

    A row is rejected where a cell cannot be read, and with it the rows that belong to it. Elements that the guide of
    the year does not list are named in the notes. Entities are not expanded and nothing is fetched.

    Raises DataProblems where the file is no such return, is not well-formed, or holds a document type.
    """
    events = _opened(path, shown)
    try:
        tally = _read_header(events, shown)
        with Store(folder, fields.modules(tally.year), tally) as store:
            _read_persons(events, store, shown)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise DataProblems(
            [DataProblem(shown, f"is not well-formed XML (line {line}).", "Export the return again.")]
        ) from None
    return tally


def _opened(path: Path, shown: str) -> Iterator[tuple[str, Any]]:
    try:
        return etree.iterparse(
            str(path),
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
    except OSError:
        raise DataProblems([DataProblem(shown, "cannot be read.", "Close it elsewhere, or put it back.")]) from None


def _read_header(events: Iterator[tuple[str, Any]], shown: str) -> Tally:
    """Read as far as the end of the header: the year and the day of the return."""
    for event, element in events:
        if event == "start" and element.getparent() is None:
            _refuse_a_document_type(element, shown)
        if _name(element) == PERSON:
            raise DataProblems([_no_return(shown, "has persons before a header with its year")])
        if event == "end" and _name(element) == HEADER:
            return _dated(element, shown)
    raise DataProblems([_no_return(shown, "has no header with its year")])


def _read_persons(events: Iterator[tuple[str, Any]], store: Store, shown: str) -> None:
    """Read every person, each freed when it has been read; name what the guide does not list."""
    reader, parts = _Persons(store), 0
    for event, element in events:
        is_person = _name(element) == PERSON
        if event == "start":
            parts = 0 if is_person else parts + 1
            if parts > MOST_PARTS:
                raise DataProblems([_no_return(shown, f"holds more than {MOST_PARTS:,} elements in one person")])
        elif is_person:
            reader.read(element)
            _forget(element)
    if reader.unknown:
        named = listed(sorted(reader.unknown))
        year = store.tally.year
        store.tally.notes.append(f"{shown}: {named} is not in the guide of {year} as listed here, and is not read.")


def _name(element) -> str:
    """The tag without a namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _no_return(shown: str, what: str) -> DataProblem:
    return DataProblem(shown, f"is no person-level SEN2 return: it {what}.", "Export the return again as XML.")


def _refuse_a_document_type(root, shown: str) -> None:
    if root.getroottree().docinfo.doctype:
        raise DataProblems([_no_return(shown, "holds a document type, which a return never does")])


def _dated(header, shown: str) -> Tally:
    found = {_name(one): (one.text or "").strip() for one in header.iter() if not len(one)}
    tally = Tally()
    try:
        tally.year = int(found.get("Year", ""))
        tally.reference = date.fromisoformat(found.get("ReferenceDate", ""))
        fields.modules(tally.year)
    except ValueError as error:
        words = str(error) if tally.reference else "Year or ReferenceDate of its header cannot be read"
        raise DataProblems([_no_return(shown, f"cannot be dated: {words.rstrip('.')}")]) from None
    return tally


def _forget(element) -> None:
    """Free a person and what stood before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class _Persons:
    """Reads persons into the store; keys and rows count on through the file."""

    def __init__(self, store: Store):
        self.store = store
        self.unknown: set[str] = set()
        self._modules = {module.element: module for module in store.modules.values()}
        self._columns = {
            module.name: {field.name: field.column for field in module.fields} for module in store.modules.values()
        }
        self._keys: Counter[str] = Counter()

    def read(self, person) -> None:
        waiting: list[tuple] = [(person, self._modules[PERSON], None, True)]
        while waiting:
            element, module, parent, kept = waiting.pop()
            self._keys[module.name] += 1
            key = self._keys[module.name]
            cells, children = self._split(element, module)
            if kept:
                kept = self.store.add(module, key, parent, cells, key)
            else:
                self.store.reject(module, cells, key, f"its {module.parent} was rejected")
            waiting += [(child, of, key, kept) for child, of in reversed(children)]

    def _split(self, element, module: Module) -> tuple[dict[str, str], list]:
        """The cells of a module by column, and the modules inside it."""
        cells, children, columns = {}, [], self._columns[module.name]
        for child in element:
            tag = _name(child)
            inner = self._modules.get(tag)
            if inner is not None and inner.parent == module.name:
                children.append((child, inner))
            elif tag in columns and not len(child):
                cells[columns[tag]] = child.text or ""
            elif tag:
                self.unknown.add(f"{module.element}/{tag}")
        return cells, children
