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
    yield from (element for _, element in parser.read_events())


def _read_header(parts: Iterator[Any], shown: str) -> Tally:
    """Read as far as the end of the header: the year and the day of the return."""
    header = next(parts, None)
    if header is None:
        raise DataProblems([_no_return(shown, "has no header with its year")])
    if has_document_type(header):
        raise DataProblems([_no_return(shown, "holds a document type, which a return never does")])
    if _name(header) == PERSON:
        raise DataProblems([_no_return(shown, "has persons before a header with its year")])
    texts = {_name(element): (element.text or "").strip() for element in header.iter() if not len(element)}
    tally = Tally()
    try:
        tally.year = int(texts.get("Year", ""))
        tally.reference = date.fromisoformat(texts.get("ReferenceDate", ""))
        fields.modules(tally.year)
    except ValueError as error:
        reason = str(error) if tally.reference else "Year or ReferenceDate of its header cannot be read"
        raise DataProblems([_no_return(shown, f"cannot be dated: {reason.rstrip('.')}")]) from None
    return tally


def _name(element) -> str:
    """The tag without a namespace; nothing for what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _no_return(shown: str, what: str) -> DataProblem:
    return DataProblem(shown, f"is no person-level SEN2 return: it {what}.", "Export the return again as XML.")


def _read_persons(parts: Iterator[Any], store: Store, shown: str) -> None:
    """Read every person, each freed when it has been read; name what the guide does not list."""
    reader = _Persons(store)
    for element in parts:
        if _name(element) == PERSON:
            reader.read(element, store.modules["person"])
            _free(element)
    if reader.unknown:
        names, year = listed(sorted(reader.unknown)), store.tally.year
        store.tally.notes.append(f"{shown}: {names} is not in the guide of {year} as listed here, and is not read.")


def _free(element) -> None:
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
        modules = store.modules.values()
        self._inner = {(module.parent, module.element): module for module in modules}
        self._columns = {module.name: {field.name: field.column for field in module.fields} for module in modules}
        self._keys: Counter[str] = Counter()

    def read(self, element, module: Module, parent: int | None = None, parent_accepted: bool = True) -> None:
        """Read one row and the rows inside it, which are rejected where this one is."""
        self._keys[module.name] += 1
        key = self._keys[module.name]
        columns = self._columns[module.name]
        cells, inner = [], []
        for child in element:
            name = child.tag if child.tag in columns else _name(child)
            if name in columns and not len(child):
                cells.append((columns[name], child.text or ""))
            elif (module.name, name) in self._inner:
                inner.append((child, self._inner[module.name, name]))
            elif name:
                self.unknown.add(f"{module.element}/{name}")
        accepted = parent_accepted and self.store.add(module, key, parent, cells, key)
        if not parent_accepted:
            self.store.reject(module, dict(cells), key, f"its {module.parent} was rejected")
        for child, its_module in inner:
            self.read(child, its_module, key, accepted)
