"""The person-level SEN2 return as XML, read a person at a time, so that memory does not grow with the file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

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
    tally = Tally()
    parser = etree.iterparse(
        str(path),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return _read(parser, folder, shown, tally)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise DataProblems(
            [DataProblem(shown, f"is not well-formed XML (line {line}).", "Export the return again.")]
        ) from None
    except OSError:
        raise DataProblems([DataProblem(shown, "cannot be read.", "Close it elsewhere, or put it back.")]) from None


def _read(parser, folder: Path, shown: str, tally: Tally) -> Tally:
    store: Store | None = None
    reader: _Persons | None = None
    parts = 0
    try:
        for event, element in parser:
            tag = _name(element)
            if event == "start":
                if element.getparent() is None:
                    _refuse_a_document_type(element, shown)
                parts = 0 if tag == PERSON else parts + 1
                if parts > MOST_PARTS:
                    raise DataProblems([_no_return(shown, f"holds more than {MOST_PARTS:,} elements in one person")])
                continue
            if tag == HEADER:
                _read_header(element, shown, tally)
            elif tag == PERSON:
                if store is None:
                    if not tally.year:
                        raise DataProblems([_no_return(shown, "has persons before a header with its year")])
                    store = Store(folder, fields.modules(tally.year), tally)
                    store.__enter__()
                    reader = _Persons(store)
                reader.read(element)
                _forget(element)
        if not tally.year:
            raise DataProblems([_no_return(shown, "has no header with its year")])
        if store is None:  # a return without persons is whole, and empty
            store = Store(folder, fields.modules(tally.year), tally)
            store.__enter__()
        if reader and reader.unknown:
            named = listed(sorted(reader.unknown))
            tally.notes.append(f"{shown}: {named} is not in the guide of {tally.year} as listed here, and is not read.")
    except BaseException as error:
        if store is not None:
            store.__exit__(type(error), error, None)
        raise
    store.__exit__(None, None, None)
    return tally


def _name(element) -> str:
    """The tag without a namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _no_return(shown: str, what: str) -> DataProblem:
    return DataProblem(shown, f"is no person-level SEN2 return: it {what}.", "Export the return again as XML.")


def _refuse_a_document_type(root, shown: str) -> None:
    if root.getroottree().docinfo.doctype:
        raise DataProblems([_no_return(shown, "holds a document type, which a return never does")])


def _read_header(header, shown: str, tally: Tally) -> None:
    found = {_name(one): (one.text or "").strip() for one in header.iter() if not len(one)}
    try:
        tally.year = int(found.get("Year", ""))
        tally.reference = date.fromisoformat(found.get("ReferenceDate", ""))
        fields.modules(tally.year)
    except ValueError as error:
        words = str(error) if tally.reference else "Year or ReferenceDate of its header cannot be read"
        raise DataProblems([_no_return(shown, f"cannot be dated: {words.rstrip('.')}")]) from None


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
