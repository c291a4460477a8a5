"""``manifest.json``: what a pack was made from, with what, and what is in it."""

from __future__ import annotations

import json
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import dbv_analysis
from dbv_analysis.evidence import Evidence
from dbv_analysis.programme import FILE
from dbv_analysis.publish.html import inputs
from dbv_analysis.records.database import Receipt
from dbv_analysis.sources import sha256_of

NAME = "manifest.json"
LIBRARIES = (
    "pandas",
    "narwhals",
    "pandera",
    "matplotlib",
    "seaborn",
    "papermill",
    "nbconvert",
    "gptables",
    "afcharts",
    "python-docx",
)


def write(
    folder: Path,
    evidence: Evidence,
    notebooks: dict[str, str],
    narrative: Path,
    fingerprint: str,
    started: datetime,
    warnings: list[str],
    queried: dict[str, Receipt],
) -> None:
    """Write the manifest of a pack that is otherwise complete. It names no folder of any machine.

    ``notebooks`` gives, for each section that the pack holds, the sha256 of the notebook behind its page;
    ``narrative`` is where the quarter's own words are, if there are any.
    """
    root = evidence.programme.root
    manifest = {
        "quarter": str(evidence.quarter),
        "area": {"code": evidence.programme.area.code, "name": evidence.area},
        "parameters": {
            "as_at": evidence.cut_off.isoformat(),
            "profile": evidence.profile,
            "sections": list(notebooks),
            "recipients": list(evidence.recipients) if evidence.mark else [],
        },
        "package": {"name": "dbv-analysis", "version": dbv_analysis.__version__, "commit": _commit(root)},
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "fingerprint": fingerprint,
        "settings": {"file": FILE, "sha256": sha256_of(root / FILE)},
        "notebooks": notebooks,
        "inputs": inputs(evidence.sources),
        "queried": [{"file": file, **asdict(receipt)} for file, receipt in queried.items()],
        "narrative": {"file": narrative.name, "sha256": sha256_of(narrative)} if narrative.is_file() else None,
        "outputs": [
            {"file": path.name, "bytes": path.stat().st_size, "sha256": sha256_of(path)}
            for path in sorted(folder.iterdir())
            if path.name != NAME
        ],
        "warnings": warnings,
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    (folder / NAME).write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read(folder: Path) -> dict | None:
    """The manifest of a published pack, or None where there is none of this shape."""
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
        parameters, outputs = found["parameters"], [output["file"] + output["sha256"] for output in found["outputs"]]
        whole = (
            {"profile", "as_at"} <= set(parameters)
            and set(parameters["sections"]) == set(found["notebooks"])
            and isinstance(found["fingerprint"], str)
            and len(outputs) == len(set(outputs))
        )
        return found if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def altered(folder: Path, manifest: dict) -> list[str]:
    """Files of a published pack that are not as they were published: changed, missing or added."""
    published = {output["file"]: output["sha256"] for output in manifest["outputs"]}
    there = {path.name: path for path in folder.iterdir() if path.name != NAME}
    changed = [name for name, path in there.items() if not path.is_file() or sha256_of(path) != published.get(name)]
    return sorted(changed + [name for name in published if name not in there])


def _commit(root: Path) -> str | None:
    """The commit of the checkout that the pack was run in, with ``+`` where files had been changed."""
    try:
        commit = _git(root, "rev-parse", "HEAD")
        return commit + ("+" if _git(root, "status", "--porcelain") else "")
    except (OSError, subprocess.SubprocessError):
        return None


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True, timeout=10)
    return done.stdout.strip()
