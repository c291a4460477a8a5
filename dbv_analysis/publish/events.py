"""What happens in a run, as whoever follows it hears of it: the log, and the command at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

VALIDATED, AUDITED, WRITTEN, WARNING = "validated", "audited", "written", "warning"
NOTEBOOKS = "notebooks"  # how many there are
RAN, BEFORE, RETRIED = "ran", "before", "again"  # what became of one of them


class Event(NamedTuple):
    """One thing that happened: its kind, in a sentence, and the notebook, seconds or number that it is about."""

    kind: str
    text: str = ""
    section: str = ""
    seconds: float = 0.0
    number: int = 0


Hear = Callable[[Event], None]


def hear_nothing(event: Event) -> None:
    """For a run that nobody follows."""


def tell_all(*listeners: Hear) -> Hear:
    """One call that each listener hears, in this order."""

    def tell(event: Event) -> None:
        for hear in listeners:
            hear(event)

    return tell
