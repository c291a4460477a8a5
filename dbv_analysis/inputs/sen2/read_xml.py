"""The person-level SEN2 return as XML, read a person at a time, so that memory does not grow with the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO, Any

from dbv_analysis.inputs.records import fields
from dbv_analysis.inputs.records.fields import Module
from dbv_analysis.inputs.records.store import Store, Tally
from dbv_analysis.model.markup import has_document_type, pull_parser, well_formed
from dbv_analysis.model.problems import DataProblem, DataProblems
from dbv_analysis.model.wording import listed

PERSON, HEADER = "Person", "Header"
CHUNK = 1 << 16  # bytes
MOST_BYTES = 1 << 22  # of one person, beyond which the file is not a return


def read_xml(path: Path, folder: Path, shown: str) -> Tally:
    """Read a return into ``folder``: a Parquet file a module, and the rejected rows with their reasons.

    A row is rejected where a cell cannot be read, and with it the rows that belong to it. Elements that the guide of
    the year does not list are named in the notes. Entities are not expanded and nothing is fetched.

    Raises DataProblems where the file is no such return, is not well-formed, or holds a document type.
    """
    with well_formed(shown, "Export the return again."), _opened(path, shown) as stream:
        parts = _parts(stream, shown)
        tally = _read_header(parts, shown)
        with Store(folder, fields.modules(tally.year), tally) as store:
            _read_persons(parts, store, shown)
    return tally


def _opened(path: Path, shown: str) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError:
        raise DataProblems([DataProblem(shown, "cannot be read.", "Close it elsewhere, or put it back.")]) from None


def _parts(stream: IO[bytes], shown: str) -> Iterator[Any]:
    """The header and the persons of a file, one after another as they end. Whoever takes one frees it.

    The file is handed to the parser a piece at a time, so that what has not ended after many pieces is refused before
    it fills the memory.
    """
    parser = pull_parser(f"{{*}}{PERSON}", f"{{*}}{HEADER}")
    waiting = 0
    while piece := stream.read(CHUNK):
        parser.feed(piece)
        waiting += len(piece)
        for _, element in parser.read_events():
            waiting = 0
            yield element
        if waiting > MOST_BYTES:
            raise DataProblems([_no_return(shown, f"holds more than {MOST_BYTES >> 20} MB in one person")])
    parser.close()
    for _, element in parser.read_events():
        yield element


def _read_header(parts: Iterator[Any], shown: str) -> Tally:
    """Read as far as the end of the header: the year and the day of the return."""
    for element in parts:
        if has_document_type(element):
            raise DataProblems([_no_return(shown, "holds a document type, which a return never does")])
        if _name(element) == PERSON:
            raise DataProblems([_no_return(shown, "has persons before a header with its year")])
        return _dated(element, shown)
    raise DataProblems([_no_return(shown, "has no header with its year")])


def _read_persons(parts: Iterator[Any], store: Store, shown: str) -> None:
    """Read every person, each freed when it has been read; name what the guide does not list."""
    reader = _Persons(store)
    for element in parts:
        if _name(element) == PERSON:
            reader.read(element)
            _forget(element)
    if reader.unknown:
        named = listed(sorted(reader.unknown))
        year = store.tally.year
        store.tally.notes.append(f"{shown}: {named} is not in the guide of {year} as listed here, and is not read.")


def _name(element) -> str:
    """The tag without a namespace; nothing for what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2] if "}" in tag else tag


def _no_return(shown: str, what: str) -> DataProblem:
    return DataProblem(shown, f"is no person-level SEN2 return: it {what}.", "Export the return again as XML.")


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
        self._spots = {
            module.name: {one.name: (place, one) for place, one in enumerate(module.fields)}
            for module in store.modules.values()
        }
        self._keys: Counter[str] = Counter()

    def read(self, person) -> None:
        waiting: list[tuple] = [(person, self._modules[PERSON], None, True)]
        while waiting:
            element, module, parent, kept = waiting.pop()
            self._keys[module.name] += 1
            key = self._keys[module.name]
            values, reasons, children = self._split(element, module)
            if not kept:
                reasons = [f"its {module.parent} was rejected"]
            if reasons:
                self.store.reject(module, self._cells(element, module), key, "; ".join(reasons))
            else:
                self.store.keep(module, key, parent, values, key)
            waiting += [(child, of, key, not reasons) for child, of in reversed(children)]

    def _split(self, element, module: Module) -> tuple[list, list[str], list]:
        """The values of a module in the order of its fields, why any cannot be read, and the modules inside it."""
        spots, modules = self._spots[module.name], self._modules
        values: list = [None] * len(spots)
        reasons, children = [], []
        for child in element:
            tag = child.tag
            spot = spots.get(tag) or spots.get(_name(child))
            if spot is not None and not len(child):
                place, one = spot
                try:
                    values[place] = one.read(child.text)
                except ValueError as error:
                    reasons.append(str(error))
                continue
            inner = modules.get(_name(child))
            if inner is not None and inner.parent == module.name:
                children.append((child, inner))
            elif tag := _name(child):
                self.unknown.add(f"{module.element}/{tag}")
        return values, reasons, children

    def _cells(self, element, module: Module) -> dict[str, str]:
        """The texts of a module by column, as they are in the file."""
        spots = self._spots[module.name]
        named = ((_name(child), child) for child in element if not len(child))
        return {spots[name][1].column: child.text or "" for name, child in named if name in spots}
