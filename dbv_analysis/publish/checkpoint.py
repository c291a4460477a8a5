"""Notebooks that a run has finished, kept until its pack is out: after a crash only the others are run."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from dbv_analysis.model.source import sha256_of
from dbv_analysis.model.wording import slug
from dbv_analysis.publish.environment import libraries
from dbv_analysis.publish.notebooks import Task

FOLDER = ".dbv.work"


@dataclass(frozen=True)
class Checkpoint:
    """The executed notebooks of one pack, in a folder that nobody but its owner can open.

    ``fingerprint`` is of the inputs, the settings and the code (``cache.digest``).
    """

    folder: Path
    fingerprint: str

    @classmethod
    def open(cls, out: Path, quarter: str, profile: str, fingerprint: str) -> Checkpoint:
        """The folder of a quarter's pack in the folder of packs; it is made where there is none."""
        found = cls(out / FOLDER / f"{quarter}-{profile}", fingerprint)
        for folder in (found.folder.parent, found.folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        return found

    def path(self, task: Task) -> Path:
        """Where a task's executed notebook is kept: its name changes with all that it follows from."""
        return self.folder / f"{slug(task.section)}-{self._key(task)}.ipynb"

    def _key(self, task: Task) -> str:
        follows = {
            "notebook": sha256_of(task.notebook),
            "parameters": task.parameters,
            "fingerprint": self.fingerprint,
            "python": platform.python_version(),
            "libraries": libraries(),
        }
        return hashlib.sha256(json.dumps(follows, sort_keys=True).encode()).hexdigest()

    def find(self, task: Task) -> Path | None:
        """The executed notebook of a task, or None where there is none that is whole."""
        path = self.path(task)
        try:
            nbformat.validate(nbformat.read(path, as_version=4))
        except (OSError, ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError):
            return None
        return path

    def keep(self, task: Task, executed: nbformat.NotebookNode) -> Path:
        """Keep an executed notebook, whole or not at all, in place of an older one of its section."""
        path = self.path(task)
        partial = path.with_suffix(".part")
        try:
            partial.write_text(nbformat.writes(executed), encoding="utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        for other in self.folder.glob(f"{slug(task.section)}-*"):
            if other != path:
                other.unlink(missing_ok=True)
        return path

    def clear(self) -> None:
        """The pack is out: nothing need be kept."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):  # another pack is under way
            self.folder.parent.rmdir()
