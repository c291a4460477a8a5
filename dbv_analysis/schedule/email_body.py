"""What the e-mail about a run says: which quarter, how it ended, where to look. Nothing of the data."""

from __future__ import annotations

from pathlib import Path

from dbv_analysis.model.pack import CONTROLLED
from dbv_analysis.schedule.outcome import PUBLISHED, Outcome

LOGS = "logs"

TRIAL = (
    "dbv: trial message",
    "This is a trial message from dbv, sent by hand. The settings of the e-mail work.\n",
)


def email_body(outcome: Outcome, area: str, out: Path, root: Path, profile: str, following: str) -> tuple[str, str]:
    """The subject and the body of the e-mail about ``outcome``.

    Args:
        outcome: how the run ended.
        area: the authority's name.
        out: the folder of the packs; it is named from the project's folder ``root`` on, so that no mail program
            makes a link of it.
        root: the project's folder.
        profile: ``public`` or ``controlled``.
        following: what comes next, in a sentence.
    """
    subject = f"dbv {outcome.quarter}: {outcome.word}" if outcome.quarter else f"dbv: {outcome.word}"
    place = shown(out, root)
    lines = [outcome.headline, ""]
    lines += [f"Authority: {' '.join(area.split())}"] if area else []
    lines += [f"Profile: {profile}"]
    lines += [f"Exit status: {outcome.status}, {outcome.meaning}"]
    if outcome.problems:
        lines += [f"Problems in the data: {outcome.problems}"]
    if outcome.quarter:
        lines += [f"Folder of the pack: {place}/{outcome.quarter}", f"Folder of the logs: {place}/{LOGS}"]
    lines += ["", following] if following else []
    if outcome.word == PUBLISHED and profile == CONTROLLED:
        lines += ["", "Controlled profile: small counts are shown in the pack. It is not for publication."]
    if outcome.status:
        lines += ["", "The published pack is unchanged."]
    return subject, "\n".join(lines) + "\n"


def shown(out: Path, root: Path) -> str:
    """A folder as the e-mail names it: from the project's on, or by its last name alone."""
    full = out.resolve()
    inside = full.is_relative_to(root.resolve())
    return full.relative_to(root.resolve()).as_posix() if inside else full.name
