"""Whether a published pack is whole, unaltered, and comes out the same when it is made again."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from dbv_analysis.model.period import format_day
from dbv_analysis.model.problems import CallProblem
from dbv_analysis.publish import manifest, releases, run
from dbv_analysis.publish.events import Hear, hear_nothing

WORDS = {
    manifest.ALTERED: "was altered after it was published.",
    manifest.MISSING: "is missing.",
    manifest.ADDED: "was added after the pack was published.",
}


@dataclass
class Verdict:
    """What was found of a pack. ``None`` says that something was not checked.

    ``problems`` has a line for each thing that is not as it was published, or does not come out so again;
    ``causes`` says what is not as it was when the pack was made.
    """

    folder: Path
    manifest: dict | None
    whole: bool | None = None
    unaltered: bool | None = None
    reproducible: bool | None = None
    problems: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The problems, one a line, and in words which of the three things was checked."""
        lines = list(self.problems)
        if self.manifest:
            release = self.manifest["release"]
            day = format_day(date.fromisoformat(release["date"]))
            lines += [
                f"{shown(self.folder)}: release {release['number']} of {shown(self.manifest['quarter'])}, {day}.",
                f"Seal: {self.manifest['seal']}",
            ]
        lines += [
            f"Whole: {_answer(self.whole)}.",
            f"Unaltered: {_answer(self.unaltered)}.",
            f"Reproducible: {_answer(self.reproducible, 'not checked (--rebuild makes it again and compares)')}.",
        ]
        if self.causes:
            lines += ["Since the pack was made:" if self.reproducible else "What may be why:", *self.causes]
        return "\n".join(lines)

    def as_json(self) -> dict:
        told = self.manifest or {}
        return {
            "quarter": told.get("quarter"),
            "release": told["release"]["number"] if told else None,
            "seal": told.get("seal"),
            "whole": self.whole,
            "unaltered": self.unaltered,
            "reproducible": self.reproducible,
            "problems": self.problems,
            "causes": self.causes,
        }


def _answer(found: bool | None, unchecked: str = "cannot be told") -> str:
    return {True: "yes", False: "no", None: unchecked}[found]


def shown(name: object) -> str:
    """A name on one line: what cannot be printed is written as its code."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in str(name))


def verify(folder: Path) -> Verdict:
    """Compare the files of a pack with its manifest, and the manifest with its seal.

    Raises CallProblem where ``folder`` is no pack.
    """
    path = folder / manifest.NAME
    if not folder.is_dir() or not (path.exists() or path.is_symlink()):
        raise CallProblem(
            f"{shown(folder)} is no pack: it holds no {manifest.NAME}. "
            "Name the folder of one, such as outputs/2024-25-Q2."
        )
    found = manifest.read(folder)
    if found is None:
        words = f"{manifest.NAME} cannot be read as a pack's manifest. Publish the pack again with --force."
        return Verdict(folder, None, problems=[words])
    differences = manifest.differences(folder, found)
    verdict = Verdict(folder, found)
    verdict.problems = [f"{shown(name)} {WORDS[how]}" for name, how in differences.items()]
    verdict.whole = not {manifest.MISSING, manifest.ADDED} & set(differences.values())
    verdict.unaltered = manifest.ALTERED not in differences.values()
    return verdict


def rebuild(verdict: Verdict, data: Path, jobs: int = 2, hear: Hear = hear_nothing) -> Verdict:
    """Make a verified pack again from ``data``, in a folder that is gone afterwards, and compare every file.

    ``hear`` hears of each event on the way.

    Raises whatever a run raises, and CallProblem where the manifest does not tell how the pack was made.
    """
    found = verdict.manifest
    if found is None or f"{manifest.NAME} {WORDS[manifest.ALTERED]}" in verdict.problems:
        verdict.problems.append("The pack cannot be made again: its manifest does not say truly what it was made from.")
        return verdict
    release = releases.of(found, verdict.folder)
    if found["release"]["replaces"] and release.before is None:
        number = found["release"]["replaces"]["number"]
        words = f"Put it back into {shown(releases.shelf_of(verdict.folder) / str(number))}."
        verdict.problems.append(f"The pack cannot be made again: release {number} is not there or was altered. {words}")
        return verdict
    parameters = found["parameters"]
    with tempfile.TemporaryDirectory(prefix="dbv-verify-", ignore_cleanup_errors=True) as out:
        index = run.run(
            found["quarter"],
            data,
            Path(out),
            as_at=date.fromisoformat(parameters["as_at"]),
            only=parameters["sections"],
            profile=parameters["profile"],
            jobs=jobs,
            rebuild=release,
            hear=hear,
        )
        made = manifest.read(index.parent)
    _compare(verdict, found, made)
    return verdict


def _compare(verdict: Verdict, found: dict, made: dict) -> None:
    before, after = ({one["file"]: one["sha256"] for one in side["outputs"]} for side in (found, made))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            verdict.problems.append(f"{shown(name)} does not come out when the pack is made again.")
        elif name not in before:
            verdict.problems.append(f"{shown(name)} comes out when the pack is made again, and was not published.")
        elif before[name] != after[name]:
            verdict.problems.append(f"{shown(name)} comes out differently when the pack is made again.")
    verdict.reproducible = before == after
    verdict.causes = [shown(words) for words in releases.causes(found, made)]
    if not verdict.reproducible and not verdict.causes:
        verdict.causes = ["No input, setting, code or library that the manifest names differs."]
