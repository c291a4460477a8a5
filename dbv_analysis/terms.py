"""The words and numbers that every other module shares: units, symbols, sections, problems."""

from __future__ import annotations

import difflib
import errno
import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Unit:
    """How a value is measured, and how it is written for a reader.

    ``difference`` names the unit of a difference between two values: two percentages differ by
    percentage points, never by per cent.
    """

    name: str
    decimals: int
    prefix: str = ""
    suffix: str = ""
    difference: str = ""

    def write(self, value: float, decimals: int | None = None) -> str:
        """``value`` as a reader sees it: ``8.2%``, ``1,524``, ``£22.1m``; in full where ``decimals`` is given."""
        if self is POUNDS and decimals is None and abs(value) >= 1_000_000:
            size = f"£{_rounded(abs(value) / 1_000_000, 1)}m"
        else:
            places = self.decimals if decimals is None else decimals
            size = f"{self.prefix}{_rounded(abs(value), places)}{self.suffix}"
        return f"−{size}" if value < 0 and any(digit in size for digit in "123456789") else size

    def write_difference(self, value: float, decimals: int | None = None) -> str:
        """The size of a difference, without its sign: ``3.4 percentage points``, ``32``."""
        if not self.difference:
            return self.write(abs(value), decimals)
        places = self.decimals if decimals is None else decimals
        return f"{_rounded(abs(value), places)} {self.difference}"


def _rounded(value: float, decimals: int) -> str:
    """Round half away from zero, as the published releases do; Python's own rounding is half to even."""
    exact = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{exact:,}"


PERCENT = Unit("per cent", 1, suffix="%", difference="percentage points")
COUNT = Unit("count", 0)
POUNDS = Unit("pounds", 0, prefix="£")
RATE = Unit("rate per 100 pupils", 2)
UNITS = {unit.name: unit for unit in (PERCENT, COUNT, POUNDS, RATE)}

HIGHER, LOWER, NEITHER = "higher", "lower", "neither"

# DfE open data standards. A symbol stands where there is no number; the order says which one wins
# when several figures are added up.
SYMBOLS = {
    "c": "confidential: hidden because few children or providers are behind it",
    "x": "not available",
    "u": "too unreliable to publish",
    "low": "rounds to zero, but is not zero",
    "z": "not applicable",
}
# Obsolete or variant symbols are read, never written (meanings recalled, not seen in a current guide).
SYMBOLS_READ = {**{s: s for s in SYMBOLS}, "k": "low", "~": "low", ":": "x"}

TOTAL = "Total"

# The order in which sections stand in a pack; a section that is not named here follows, by name.
SECTIONS = (
    "Deficit",
    "High needs spend",
    "Plans",
    "Placements",
    "Attendance",
    "Exclusions",
    "Grant",
    "Delivery",
    "Voice",
)

# Lists that the programme keeps, and which of their columns together name an entry. Where a later file
# gives an entry again, the newest that was out by a pack's cut-off counts.
REGISTERS = {
    "measures": ("number",),
    "phases": ("element", "quarter", "said_in"),
    "tasks": ("plan", "number"),
    "milestones": ("workstream", "milestone"),
    "risks": ("number",),
    "capital_places": ("school",),
    "opportunities": ("number",),
    "grant_lines": ("reference",),
    "engagement": ("event",),
    "voice": ("number",),
    "claims": ("number",),
}

# The programme's own words, in order: phases from early to late, states from good to bad, ratings from low to high.
PHASES = ("Co-design", "Implementation", "Pilot", "Sustain")
STATUSES = ("Ahead", "On track", "Slightly behind", "Behind", "Complete")
RATINGS = {"L": "Low", "M": "Medium", "H": "High"}

# The reports that a pack holds as Word documents, by file name.
REPORTS = {
    "dfe_return": "Quarterly return to the DfE",
    "high_needs_monitoring": "High Needs Funding Allocation & Monitoring Report",
    "impact_assessment": "Annual Impact Assessment",
}

PUBLIC, CONTROLLED = "public", "controlled"
PROFILES = (PUBLIC, CONTROLLED)

RESULT_COLUMNS = (
    "metric_id",
    "area_code",
    "area_name",
    "geographic_level",
    "period_label",
    "period_start",
    "period_end",
    "basis",
    "as_at",
    "breakdown_topic",
    "breakdown",
    "numerator",
    "denominator",
    "value",
    "unit",
    "symbol",
    "source",
    "release",
    "published",
    "printed",
)
RESULT_KEY = (
    "metric_id",
    "area_code",
    "breakdown_topic",
    "breakdown",
    "period_start",
    "period_end",
    "as_at",
    "release",
)


def section_order(sections: Iterable[str]) -> list[str]:
    """``sections`` in the order of a pack."""
    known = {name: place for place, name in enumerate(SECTIONS)}
    return sorted(set(sections), key=lambda name: (known.get(name, len(known)), name))


def slug(words: str) -> str:
    """A section's name as a file name: ``High needs spend`` becomes ``high_needs_spend``."""
    return "_".join(words.lower().split())


def is_missing(value: object) -> bool:
    """Whether ``value`` holds no number."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "<NA>"


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """``a, b and c``."""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def lower_first(words: str) -> str:
    """``Plans in …`` as it stands inside a sentence; an abbreviation keeps its capitals."""
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def upper_first(words: str) -> str:
    """The words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def first_paragraph(define: Callable) -> str:
    """The first paragraph of a function's docstring, on one line."""
    return " ".join(inspect.getdoc(define).split("\n\n")[0].split())


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """`` Did you mean "x"?``, or nothing where no known word is near."""
    near = {name.lower(): name for name in known}
    match = difflib.get_close_matches(str(word).lower(), near, n=1, cutoff=0.6)
    return f' Did you mean "{near[match[0]]}"?' if match else ""


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
        place = [self.file]
        if self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column}")
        return ", ".join(place)

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
        super().__init__("Stopped. What was published before is as it was; what is done need not be done again.")


FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_problem(error: OSError) -> CallProblem:
    """What a full disk, a folder that cannot be written or a file that cannot be read means to whoever called."""
    if error.errno in FULL:
        place = f" ({error.filename})" if error.filename else ""
        return CallProblem(f"The disk is full{place}. Free some space, or name another folder with --out; run again.")
    return CallProblem(
        f"{error.filename or 'A file'}: {error.strerror or 'could not be read or written'}. "
        "Check that it can be read, that its folder can be written, and that it is open nowhere else."
    )


def all_at_once(*checks: Callable[[], object]) -> None:
    """Make every check, and raise the problems of all of them together."""
    problems = []
    for check in checks:
        try:
            check()
        except DataProblems as found:
            problems += found.problems
    if problems:
        raise DataProblems(problems)
