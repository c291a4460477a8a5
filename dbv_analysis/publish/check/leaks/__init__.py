"""The last look at a pack before it is published: whether anything about a person or a machine is in its files.

Readers (``reading``) take each file apart into pieces of text, tables and facts, hidden ones among them; rules
(``rules``) say what must not stand in them. What is found is told by file and place, never by its value.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from dbv_analysis.model.problems import PublishingRefused
from dbv_analysis.model.settings import Programme
from dbv_analysis.model.wording import listed
from dbv_analysis.publish.check.leaks.extract import read
from dbv_analysis.publish.check.leaks.rules import RULES, Allowed, Finding

PLACES_NAMED = 5


def refuse_leaks(folder: Path, programme: Programme, machine: Iterable[Path]) -> None:
    """Raise PublishingRefused where a file of ``folder`` holds what ``leaks`` finds.

    ``machine`` are folders of the machine that the pack is made on, besides the programme's own.
    """
    contacts = programme.disclosure.contacts
    found = leaks(folder, authors=[programme.area.name], contacts=contacts, folders=[programme.root, *machine])
    if found:
        raise PublishingRefused("\n".join(found))


def leaks(
    folder: Path, *, authors: Iterable[str] = (), contacts: Iterable[str] = (), folders: Iterable[Path] = ()
) -> list[str]:
    """What must not leave the machine, one line for each file and rule; empty where there is nothing.

    Args:
        folder: of finished files, those in folders inside it included.
        authors: who may be named as the author of a file: the authority, never a person.
        contacts: addresses and telephone numbers of offices that may stand in a pack.
        folders: of this machine, whose names must not stand in a pack.
    """
    allowed = Allowed(frozenset(authors), tuple(contacts), tuple(folders))
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        pieces = read(path, name)
        for rule in RULES:
            places = [one.place for one in rule.search(pieces, allowed)]
            if places:
                found.append(f"{name}: {rule.text} ({_places(places)}). {rule.fix}")
    return found


def _places(places: list[str]) -> str:
    """Where it is: the first few places, and how many more there are."""
    different = list(dict.fromkeys(places))
    more = len(different) - PLACES_NAMED
    return listed([*different[:PLACES_NAMED], f"{more} more"] if more > 0 else different)


__all__ = ["RULES", "Finding", "leaks", "refuse_leaks"]
