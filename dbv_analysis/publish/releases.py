"""Which release of a quarter a pack is: the one that stands, the first, or a revision that replaces another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from dbv_analysis.model.period import format_day
from dbv_analysis.model.problems import PublishingRefused
from dbv_analysis.model.wording import listed
from dbv_analysis.publish import manifest

EARLIER = "earlier"
CHANGES = "changes.html"
MOST_NAMED = 6


@dataclass(frozen=True)
class Release:
    """A release of a quarter's pack.

    ``before`` is the whole pack that it replaces, where there is one to compare with; ``keep`` is where
    the pack that stands goes, if it is kept.
    """

    number: int
    day: date
    reason: str
    before: Path | None = None
    keep: Path | None = None

    def to_manifest(self) -> dict:
        """What the manifest says of it."""
        former = self.before and manifest.read(self.before)
        replaces = former and {"number": former["release"]["number"], "seal": former["seal"]}
        return {"number": self.number, "date": self.day.isoformat(), "reason": self.reason, "replaces": replaces}


def choose_release(
    staging: Path,
    target: Path,
    described: dict,
    dress: Callable[[Release], None],
    reason: str = "",
    rebuild: Release | None = None,
) -> Release | None:
    """Which release the pack in ``staging`` is, or None where it is the one that stands at ``target`` already.

    Args:
        staging: the pack, whole but for what tells of its release.
        target: where the quarter's release stands.
        described: what the new pack is made from, as its manifest will say.
        dress: writes into ``staging`` what tells of a release.
        reason: why it is made, in the words of whoever asked for it; worked out where empty.
        again: the release that is built again, to see whether it comes out the same.
    """
    if rebuild:
        dress(rebuild)
        return rebuild
    standing = manifest.read(target)
    changed = manifest.altered(target, standing) if standing else []
    if standing and manifest.NAME not in changed:
        same = of(standing, target)
        dress(same)
        skipped = {CHANGES} if same.before is None and not changed else set()
        if _sums(manifest.outputs(staging), skipped) == _sums(standing["outputs"], skipped):
            return same if changed else None
    new = _next(target, standing, bool(changed), described, reason)
    dress(new)
    return new


def _sums(outputs: list[dict], skipped: set[str]) -> dict[str, str]:
    return {one["file"]: one["sha256"] for one in outputs if one["file"] not in skipped}


def _next(target: Path, standing: dict | None, changed: bool, described: dict, reason: str) -> Release:
    """The release after the last. A pack that was altered is neither kept nor compared with."""
    shelf = target.parent / EARLIER / target.name
    kept = [int(path.name) for path in shelf.glob("*") if path.name.isdecimal()] if shelf.is_dir() else []
    last = standing["release"]["number"] if standing else 0
    day = date.fromisoformat(described["started"][:10])
    release = Release(max([last, *kept]) + 1, day, reason)
    if standing and not changed:
        release = replace(release, before=target, keep=_place(shelf / str(last), standing))
    elif kept and not target.exists():
        release = replace(release, before=_whole(shelf / str(max(kept))))
    former = manifest.read(release.before) if release.before else standing
    if not release.reason:
        release = replace(release, reason=_reason(release.number, former, described))
    return release


def _place(keep: Path, standing: dict) -> Path | None:
    """Where the standing release goes: nowhere if it is kept there already."""
    if not keep.exists():
        return keep
    there = manifest.read(keep)
    if there and there["seal"] == standing["seal"]:
        return None
    raise PublishingRefused(
        f"{keep} holds another release {keep.name} than the one that stands. Move it elsewhere, and run again."
    )


def _whole(folder: Path, seal: str | None = None) -> Path | None:
    """``folder``, if it holds a release that nobody altered (with this ``seal``, where one is given)."""
    found = manifest.read(folder)
    whole = found is not None and not manifest.altered(folder, found) and seal in (None, found["seal"])
    return folder if whole else None


def of(found: dict, folder: Path) -> Release:
    """The release that a manifest in ``folder`` tells of; ``before`` only where what it replaced is kept and whole."""
    told = found["release"]
    before = None
    if told["replaces"]:
        before = _whole(shelf_of(folder) / str(told["replaces"]["number"]), told["replaces"]["seal"])
    return Release(told["number"], date.fromisoformat(told["date"]), told["reason"], before)


def shelf_of(folder: Path) -> Path:
    """Where the earlier releases of a pack's quarter are, whether it stands or is one of them."""
    folder = folder.resolve()
    return folder.parent if folder.parents[1].name == EARLIER else folder.parent / EARLIER / folder.name


def _reason(number: int, former: dict | None, described: dict) -> str:
    if number == 1:
        return "First release."
    if former is None:
        return "The release before cannot be read, so what it was made from is not known."
    return (
        " ".join(causes(former, described)) or "No input, setting or code changed, but the pack comes out differently."
    )


def causes(before: dict, after: dict) -> list[str]:
    """What two manifests say was not the same behind two packs, a sentence each."""
    old, new = before["parameters"], after["parameters"]
    found = []
    if old["as_at"] != new["as_at"]:
        days = [format_day(date.fromisoformat(one["as_at"])) for one in (old, new)]
        found.append(f"The cut-off moved from {days[0]} to {days[1]}.")
    if old["profile"] != new["profile"]:
        found.append(f"The disclosure profile changed from {old['profile']} to {new['profile']}.")
    for words, names in (
        ("Sections that are new", [name for name in new["sections"] if name not in old["sections"]]),
        ("Sections that are gone", [name for name in old["sections"] if name not in new["sections"]]),
    ):
        found += [f"{words}: {listed(names)}."] if names else []
    if before["settings"]["sha256"] != after["settings"]["sha256"]:
        found.append(f"Settings that changed: {after['settings']['file']}.")
    for what in ("files", "queried"):
        thing = "Inputs" if what == "files" else "Queries with other rows"
        found += _moved(thing, *({one["file"]: one["sha256"] for one in side[what]} for side in (before, after)))
    shared = [
        {name: side["notebooks"][name] for name in before["notebooks"].keys() & after["notebooks"].keys()}
        for side in (before, after)
    ]
    found += _moved("Notebooks", *shared)
    if before["package"]["sha256"] != after["package"]["sha256"]:
        versions = [side["package"]["version"] for side in (before, after)]
        moved = f" from version {versions[0]} to {versions[1]}" if versions[0] != versions[1] else ""
        found.append(f"The code of dbv-analysis changed{moved}.")
    return found + _environment(before["environment"], after["environment"])


def _moved(thing: str, old: dict[str, str], new: dict[str, str]) -> list[str]:
    both = old.keys() & new.keys()
    found = {
        "changed": [name for name in both if old[name] != new[name]],
        "are new": list(new.keys() - old.keys()),
        "are gone": list(old.keys() - new.keys()),
    }
    return [f"{thing} that {how}: {_named(names)}." for how, names in found.items() if names]


def _named(names: list[str]) -> str:
    names = sorted(names)
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], f"{more} more"] if more > 1 else names)


def _environment(old: dict, new: dict) -> list[str]:
    found = [
        f"{what} changed from {old[name]} to {new[name]}."
        for name, what in (("python", "Python"), ("platform", "The kind of machine"))
        if old[name] != new[name]
    ]
    return found + _moved("Libraries", old["libraries"], new["libraries"])
