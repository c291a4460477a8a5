"""What can go wrong for the person who called, each with its exit status."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class DataProblem:
    """One thing that is wrong with an input: where it is, what it is and what to do about it.

    ``row`` is the row as a spreadsheet numbers it, so the header is row 1.
    """

    file: str
    what: str
    fix: str
    row: int | None = None
    column: str | None = None

    @property
    def place(self) -> str:
        """The file, and the row and column where they are known."""
        parts = [self.file]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.place}: {self.what} {self.fix}"


class UserProblem(Exception):
    """Something that the person who called can mend. ``status`` is the command's exit status."""

    status = 2


class DataProblems(UserProblem):
    """Every problem found in the inputs, all at once."""

    status = 1

    def __init__(self, problems: Iterable[DataProblem]):
        self.problems = sorted(problems, key=lambda p: (p.file, p.row or 0, p.column or "", p.what))
        super().__init__("\n".join(map(str, self.problems)))


class CallProblem(UserProblem):
    """The call cannot be carried out as it was given."""

    status = 2


class NotebookProblem(UserProblem):
    """A notebook cannot be run, or failed."""

    status = 3


class PublishingRefused(UserProblem):
    """A page or a pack may not be published."""

    status = 4


class Stopped(BaseException):
    """Somebody stopped the run by a signal: Ctrl-C, or the system. ``status`` is what a shell says of such an end."""

    def __init__(self, number: int):
        self.status = 128 + number
        super().__init__("Stopped. The published pack is unchanged; notebooks that have run need not run again.")


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_problem(error: OSError) -> CallProblem:
    """What a full disk, a folder that cannot be written or a file that cannot be read means to whoever called."""
    if error.errno in FULL:
        name = f" ({error.filename})" if error.filename else ""
        return CallProblem(f"The disk is full{name}. Free some space, or name another folder with --out; run again.")
    return CallProblem(
        f"{error.filename or 'A file'}: {error.strerror or 'could not be read or written'}. "
        "Check that it can be read, that its folder can be written, and that it is open nowhere else."
    )


def raise_together(*checks: Callable[[], object]) -> None:
    """Make every check, and raise the problems of all of them together."""
    problems = []
    for check in checks:
        try:
            check()
        except DataProblems as found:
            problems += found.problems
    if problems:
        raise DataProblems(problems)
