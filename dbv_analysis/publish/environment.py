"""What a pack is made with: the package's code, Python and the libraries that it needs."""

from __future__ import annotations

import hashlib
import platform
import re
import subprocess
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import dbv_analysis
from dbv_analysis.model.source import sha256_of
from dbv_analysis.results import cache as results_cache

PACKAGE = "dbv-analysis"
REQUIREMENTS = "requirements.txt"


def package(root: Path) -> dict[str, str | None]:
    """The package's name, version and commit, and one sum over the names and bytes of its files."""
    folder = Path(dbv_analysis.__file__).parent
    total = hashlib.sha256()
    for path in results_cache.files(folder):
        total.update(f"{path.relative_to(folder).as_posix()} {sha256_of(path)}\n".encode())
    return {
        "name": PACKAGE,
        "version": dbv_analysis.__version__,
        "commit": _commit(root),
        "sha256": total.hexdigest(),
    }


def environment(root: Path) -> dict:
    """Python, the kind of machine, every library that the package needs, and the sum of the pinned list."""
    pinned = root / REQUIREMENTS
    return {
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": libraries(),
        "requirements": {"file": REQUIREMENTS, "sha256": sha256_of(pinned)} if pinned.is_file() else None,
    }


def libraries() -> dict[str, str]:
    """The versions of what the package needs, and of what that needs; extras and other systems' needs left out."""
    return dict(_libraries())


@cache
def _libraries() -> tuple[tuple[str, str], ...]:
    """The same, looked up once: what is installed does not change while it is used."""
    found: dict[str, str] = {}
    asked = [PACKAGE]
    while asked:
        name = asked.pop()
        try:
            needs = requires(name) or []
            found[name] = version(name)
        except PackageNotFoundError:  # for another system, or another Python
            continue
        plain = [re.split(r"[^A-Za-z0-9._-]", need)[0].lower() for need in needs if "extra ==" not in need]
        asked += [need for need in plain if need not in found]
    del found[PACKAGE]
    return tuple(sorted(found.items()))


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
