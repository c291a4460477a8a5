"""What must not stand in a published file. A new rule is one entry of ``RULES``."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from dbv_analysis.inputs.records import CANARY
from dbv_analysis.publish.check.leaks.content import (
    ACTIVE,
    AUTHOR,
    EMBEDDED,
    FAILED,
    PICTURE_FACT,
    UNREADABLE,
    Content,
    Grid,
)
from dbv_analysis.publish.check.leaks.identifiers import is_nhs_number, is_uln, is_upn

LONGEST_TABLE = 400  # rows of a table on a page; the longest of the shipped pack has 86
LONGEST_SHEET = 20_000  # rows of figures of the pack's own columns; the longest of the shipped pack has 876
HEADER_WITHIN = 10  # rows: a sheet's header stands below its title and notes


@dataclass(frozen=True)
class Allowed:
    """What may stand in a pack after all, and the folders of this machine, which may not."""

    authors: frozenset[str] = frozenset()
    contacts: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Where something was found. What was found is not kept."""

    place: str


Search = Callable[[Content, Allowed], Iterable[Finding]]


@dataclass(frozen=True)
class Rule:
    """One thing that is refused. ``words`` say what was found, ``fix`` what to do; neither holds a value."""

    name: str
    text: str
    fix: str
    search: Search


def text(pattern: str, check: Callable[[re.Match[str]], bool] = lambda match: True, flags: int = 0) -> Search:
    """A search of all texts for ``pattern``, where ``check`` says yes to what matches."""
    compiled = re.compile(pattern, flags)

    def search(pieces: Content, allowed: Allowed) -> Iterator[Finding]:
        for match in compiled.finditer(pieces.joined):
            if check(match) and not _is_contact(match, allowed.contacts):
                yield Finding(pieces.place_of(match.start()))

    return search


def fact(kind: str) -> Search:
    """A search for facts of one kind."""
    return lambda pieces, allowed: (Finding(one.place) for one in pieces.facts if one.kind == kind)


def grid(check: Callable[[Grid], bool]) -> Search:
    """A search of all tables."""
    return lambda pieces, allowed: (Finding(one.place) for one in pieces.grids if check(one))


def _is_contact(match: re.Match[str], contacts: Iterable[str]) -> bool:
    """Whether what matches stands inside one of the office's own addresses, as they are written there."""
    around = match.string[max(0, match.start() - 200) : match.end() + 200].casefold()
    return any(match[0].casefold() in one.casefold() and one.casefold() in around for one in contacts)


def _digits(match: re.Match[str]) -> str:
    return re.sub(r"\D", "", match["digits"])


DAY = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)|\d{4}-\d\d-\d\d|\d{1,2}(?:st|nd|rd|th)? (?:of )?"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,? \d{4})"
)
BIRTH = r"\b(?:d\.?o\.?b\b\.?|(?:date of birth|birth ?date|birthday|births?|born)\b)"
# A cohort is told by a bound: "born after 1 September 2012". A person is not.
BOUND = r"(?! (?:on or )?(?:after|before|between|since|from)\b)"
AREAS = """AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK
FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN
NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW
UB W WA WC WD WF WN WR WS WV YO ZE"""
POSTCODE = rf"(?<![\w#/.-])(?:{'|'.join(AREAS.split())})\d(?:\d|[A-HJ-NP-Y])? ?\d[ABD-HJLNP-UW-Z]{{2}}(?![\w-])"
TELEPHONE = (
    r"(?<![\w.,/+-])(?:\+44[ -]?(?:\(0\)[ -]?)?|\(?0)"
    r"(?:[1237]\d{2}\)?[ -]?\d{3}[ -]?\d{4}|[12357]\d{3}\)?[ -]?\d{3}[ -]?\d{3}|[23]\d\)?[ -]?\d{4}[ -]?\d{4})"
    r"(?![\w]|[.,/-]\d)"
)
ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$")
PATH = (
    r"(?<![\w./])(?:/(?:home|Users|root|tmp|var|opt|mnt|srv|etc|usr)/\w"
    r"|file:/)|(?<![A-Za-z])[A-Za-z]:\\{1,2}\w|(?<![\\\w])\\\\[A-Za-z][\w.-]+\\[\w$]"
)
RAISED = (
    r"Traceback \(most recent call last\)|\b(?:[A-Z][a-z]+)+(?:Error|Exception|Warning)\b(?:\(|:)"
    r"|File \"[^\"]+\", line \d|\bsite-packages\b"
)
PERSON_HEADERS = frozenset(
    (
        "upn",
        "formerupn",
        "uln",
        "uniquepupilnumber",
        "uniquelearnernumber",
        "nhsnumber",
        "nhsno",
        "surname",
        "forename",
        "forenames",
        "firstname",
        "lastname",
        "middlename",
        "familyname",
        "givenname",
        "fullname",
        "legalname",
        "preferredname",
        "pupilname",
        "childname",
        "studentname",
        "childsname",
        "pupilsname",
        "parentname",
        "dob",
        "dateofbirth",
        "birthdate",
        "personbirthdate",
        "birthday",
        "postcode",
        "homepostcode",
        "homeaddress",
        "persontableid",
        "personid",
        "pupilid",
        "childid",
        "pupilnumber",
    )
)


def _about_persons(one: Grid) -> bool:
    """Whether a header names what only a row about one person has."""
    return any(
        re.sub(r"[\W_]", "", str(cell)).lower() in PERSON_HEADERS for row in one.rows[:HEADER_WITHIN] for cell in row
    )


def _too_long(one: Grid) -> bool:
    return len(one.rows) > (LONGEST_SHEET if one.own else LONGEST_TABLE)


def _authors(pieces: Content, allowed: Allowed) -> Iterator[Finding]:
    for one in pieces.facts:
        if one.kind == AUTHOR and one.value.strip() and one.value.strip() not in allowed.authors:
            yield Finding(one.place)


def _this_machine(pieces: Content, allowed: Allowed) -> Iterator[Finding]:
    """Folders of this machine and its name. A name without a digit or a hyphen could be any word."""
    names = {str(way) for one in allowed.folders for way in (one.resolve(), one.resolve().as_posix())}
    names = {re.escape(name) + r"(?!\w)" for name in names if len(name) > 3}
    host = socket.gethostname()
    if len(host) > 5 and re.search(r"[\d-]", host):
        names.add(rf"\b{re.escape(host)}\b")
    if names:
        yield from text("|".join(sorted(names)), flags=re.IGNORECASE)(pieces, allowed)


TAKE_OUT = "Take it out of the input, setting or text that it comes from, and run again."
SUPPORT = "Run again; if it stays, report it: docs/security.md says how."

RULES = (
    Rule(
        "canary",
        "holds a mark of the synthetic authority's persons",
        "Somebody's row got out: do not publish. docs/security.md says how to report it.",
        text(rf"{CANARY}|{CANARY}\d|synthetic {CANARY}", lambda m: m[0].isupper() or len(m[0]) > len(CANARY), re.I),
    ),
    Rule(
        "upn",
        "holds a pupil's number (UPN)",
        TAKE_OUT,
        text(r"(?<![A-Za-z0-9])[A-HJ-NP-RT-Za-hj-np-rt-z]\d{11}\w(?![A-Za-z0-9])", lambda m: is_upn(m[0])),
    ),
    Rule(
        "nhs number",
        "holds an NHS number",
        TAKE_OUT,
        text(
            r"(?:\bNHS\b[^\n\d]{0,30}(?P<digits>\d{3}[ -]?\d{3}[ -]?\d{4})(?!\w|[.,]\d))",
            lambda m: is_nhs_number(_digits(m)),
            re.I,
        ),
    ),
    Rule(
        "spaced nhs number",
        "holds a number written as an NHS number is",
        TAKE_OUT,
        text(r"(?<![\w.,+-])(?P<digits>[1-9]\d{2} \d{3} \d{4})(?!\w|[.,-]\d)", lambda m: is_nhs_number(_digits(m))),
    ),
    Rule(
        "uln",
        "holds a learner's number (ULN)",
        TAKE_OUT,
        text(
            r"\b(?:ULN|learner (?:reference )?number)\b[^\n\d]{0,30}(?P<digits>\d{10})(?!\w|[.,]\d)",
            lambda m: is_uln(_digits(m)),
            re.I,
        ),
    ),
    Rule(
        "date of birth",
        "holds a date of birth",
        TAKE_OUT,
        text(rf"{BIRTH}{BOUND}[^\n\d]{{0,25}}{DAY}|{DAY}[^\n\d]{{0,10}}{BIRTH}{BOUND}", flags=re.I),
    ),
    Rule(
        "postcode",
        "holds a full postcode",
        f"{TAKE_OUT} An office's own may be named under [disclosure] contacts in programme.toml.",
        text(POSTCODE, lambda m: not (" " not in m[0] and m[0].islower()) and not ORDINAL.search(m[0]), re.I),
    ),
    Rule(
        "e-mail address",
        "holds an e-mail address",
        f"{TAKE_OUT} An office's own may be named under [disclosure] contacts in programme.toml.",
        text(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),
    ),
    Rule(
        "telephone number",
        "holds a telephone number",
        f"{TAKE_OUT} An office's own may be named under [disclosure] contacts in programme.toml.",
        text(TELEPHONE),
    ),
    Rule(
        "table of persons",
        "holds a table with a column that only rows about persons have",
        "A pack holds counts, never rows about persons. Take the column out.",
        grid(_about_persons),
    ),
    Rule(
        "long table",
        "holds a table longer than any of the pack's own",
        "A pack holds counts, never rows about persons. Put it in fewer rows.",
        grid(_too_long),
    ),
    Rule("path", "names a file or folder of a machine", TAKE_OUT, text(PATH)),
    Rule("machine", "names this machine or a folder of it", TAKE_OUT, _this_machine),
    Rule("error text", "holds the text of an error", SUPPORT, text(RAISED)),
    Rule(
        "failed notebook",
        "holds an error of a notebook, or what it wrote to its error stream",
        "Mend the notebook and run again.",
        fact(FAILED),
    ),
    Rule(
        "author",
        "names an author other than the authority",
        "A pack names no person. Take the name out of the file's properties.",
        _authors,
    ),
    Rule(
        "picture's facts",
        "holds a picture that says who, where or with what it was made",
        "Save the picture without its metadata.",
        fact(PICTURE_FACT),
    ),
    Rule(
        "active content",
        "holds a formula, macro, script or link to data outside",
        "Put its result in as text or a number.",
        fact(ACTIVE),
    ),
    Rule("embedded file", "holds a file that cannot be looked into", "Take it out.", fact(EMBEDDED)),
    Rule(
        "unreadable file",
        "cannot be looked through: it is damaged, too large or of an unknown kind",
        SUPPORT,
        fact(UNREADABLE),
    ),
)
