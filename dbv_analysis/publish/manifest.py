"""``manifest.json``: what a pack was made from, with what, what is in it, and a seal over all of that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dbv_analysis.inputs.database.read import Receipt
from dbv_analysis.model.settings import FILE
from dbv_analysis.model.source import sha256_of
from dbv_analysis.publish.environment import environment, package
from dbv_analysis.publish.write.html import inputs
from dbv_analysis.results import cache
from dbv_analysis.results.evidence import Evidence

NAME = "manifest.json"
ALTERED, MISSING, ADDED = "altered", "missing", "added"
SEED = None  # nothing in a pack is drawn at random

Sum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True)


class _File(_Part):
    file: str
    sha256: Sum


class _Query(_Part):
    file: str
    sha256: str


class _Parameters(_Part):
    as_at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    profile: str
    sections: list[str]


class _Replaced(_Part):
    number: Annotated[int, Field(ge=1)]
    seal: Sum


class _Release(_Part):
    number: Annotated[int, Field(ge=1)]
    date: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
    reason: str
    replaces: _Replaced | None


class _Package(_Part):
    version: str
    sha256: Sum


class _Environment(_Part):
    python: str
    platform: str
    libraries: dict[str, str]


class _Manifest(_Part):
    """What is read of a manifest again, and so must be there."""

    quarter: str
    release: _Release
    parameters: _Parameters
    package: _Package
    environment: _Environment
    fingerprint: str
    settings: _File
    notebooks: dict[str, Sum]
    files: list[_File]
    queried: list[_Query]
    outputs: list[_File]
    seal: Sum


def describe(
    evidence: Evidence,
    data: Path,
    held: list[str],
    notebooks: dict[str, str],
    narrative: Path,
    fingerprint: str,
    started: datetime,
    warnings: list[str],
    queried: dict[str, Receipt],
    rows: pd.DataFrame,
    exceptions: Iterable[dict] = (),
) -> dict:
    """What a pack is made from and with. It names no folder of any machine.

    Args:
        evidence: what the pack draws on.
        data: the folder of the inputs; every file in it is named with its sum, lists and descriptions among them.
        held: the sections that the pack holds.
        notebooks: the sum of the notebook behind each page, by the page's name.
        narrative: where the quarter's own words are, if there are any.
        fingerprint: of all that the results follow from.
        started: when the run began.
        warnings: what was warned of on the way.
        queried: what each query gave, by its file.
        rows: the figures that the pack gives away; each that is hidden is entered, without any number.
        exceptions: figures that are shown though the rule would hide them.
    """
    root = evidence.programme.root
    return {
        "quarter": str(evidence.quarter),
        "area": {"code": evidence.programme.area.code, "name": evidence.area},
        "parameters": {
            "as_at": evidence.cut_off.isoformat(),
            "profile": evidence.profile,
            "sections": held,
            "recipients": list(evidence.recipients) if evidence.mark else [],
        },
        "seed": SEED,
        "package": package(root),
        "environment": environment(root),
        "fingerprint": fingerprint,
        "settings": {"file": FILE, "sha256": sha256_of(root / FILE)},
        "notebooks": notebooks,
        "inputs": inputs(evidence.sources),
        "files": [{"file": path.relative_to(data).as_posix(), "sha256": sha256_of(path)} for path in cache.files(data)],
        "queried": [{"file": file, **asdict(receipt)} for file, receipt in queried.items()],
        "narrative": {"file": narrative.name, "sha256": sha256_of(narrative)} if narrative.is_file() else None,
        "suppressed": suppressed(rows),
        "exceptions": list(exceptions),
        "warnings": warnings,
        "started": started.isoformat(timespec="seconds"),
    }


def suppressed(rows: pd.DataFrame) -> list[dict[str, str]]:
    """An entry for each figure that is hidden, without any number: which it is, and of which release."""
    return [
        {
            **{name: row[name] for name in ("metric_id", "area_code", "breakdown_topic", "breakdown")},
            "period": f"{row['period_start']:%Y-%m-%d}/{row['period_end']:%Y-%m-%d}",
            "release": row["release"],
        }
        for row in rows[rows["symbol"] == "c"].to_dict("records")
    ]


def write(folder: Path, described: dict, release: dict) -> None:
    """Write the manifest of a pack that is otherwise complete, and seal it.

    ``release`` gives its number, its date, why it was made, and the release that it replaces.
    """
    finished = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"release": release, **described, "outputs": outputs(folder), "finished": finished}
    text = _text({**manifest, "seal": seal(manifest)})
    (folder / NAME).write_text(text, encoding="utf-8", newline="\n")


def outputs(folder: Path) -> list[dict]:
    """Every file of a pack but the manifest, with its size and sum."""
    return [
        {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.iterdir())
        if path.name != NAME
    ]


def seal(manifest: dict) -> str:
    """The sum of a manifest without its seal, whatever the order of its keys."""
    rest = {name: value for name, value in manifest.items() if name != "seal"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _text(manifest: dict) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def read(folder: Path) -> dict | None:
    """The manifest of a published pack, or None where there is none of this shape."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        shape = _Manifest.model_validate(found)
        date.fromisoformat(shape.release.date)
        date.fromisoformat(shape.parameters.as_at)
    except (OSError, ValueError, RecursionError, ValidationError):
        return None
    whole = set(shape.parameters.sections) <= set(shape.notebooks)
    return found if whole and len({one.file for one in shape.outputs}) == len(shape.outputs) else None


def differences(folder: Path, manifest: dict) -> dict[str, str]:
    """How the files of a published pack are not as they were published, by name: altered, missing or added.

    A folder or a link counts as altered where a file was published, and else as added. The manifest is
    altered where its seal does not hold, or where it is not written as this module writes it.
    """
    published = {output["file"]: output["sha256"] for output in manifest["outputs"]}
    there = {path.name: path for path in folder.iterdir()}
    found = dict.fromkeys(published.keys() - there.keys(), MISSING)
    for name, path in there.items():
        whole = not path.is_symlink() and path.is_file()
        if name == NAME:
            same = whole and manifest["seal"] == seal(manifest) and _text(manifest) == path.read_text(encoding="utf-8")
            found |= {} if same else {name: ALTERED}
        elif name not in published:
            found[name] = ADDED
        elif not whole or sha256_of(path) != published[name]:
            found[name] = ALTERED
    return dict(sorted(found.items()))


def altered(folder: Path, manifest: dict) -> list[str]:
    """Files of a published pack that are not as they were published: changed, missing or added."""
    return list(differences(folder, manifest))
