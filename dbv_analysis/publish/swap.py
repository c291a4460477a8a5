"""The published pack: one run at a time, a staging folder beside it, and one step that puts a new pack there."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from dbv_analysis.model.problems import CallProblem, PublishingRefused
from dbv_analysis.model.source import sha256_of
from dbv_analysis.publish import manifest

LOCK, HOLDER = ".dbv.lock", ".dbv.run.json"

# To exchange two folders. Linux: renameat2(2), since 3.15; glibc since 2.28. macOS: renamex_np(2), since 10.12.
AT_FDCWD = -100  # paths are as the process sees them
RENAME_EXCHANGE = 2  # on macOS RENAME_SWAP
NOT_SUPPORTED = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


@contextmanager
def exclusive_run(out: Path):
    """One run at a time in a folder of packs. The lock goes with its process, however that ends.

    The system holds the lock (``flock``; on Windows a locked byte), so that a killed run leaves none behind. On a
    network drive that knows no such locks, filelock falls back on a file that names its process (its documentation).
    """
    out.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(out / LOCK, timeout=0):
            _sign(out / HOLDER)
            try:
                yield
            finally:
                with suppress(OSError):
                    (out / HOLDER).unlink(missing_ok=True)
    except Timeout:
        raise CallProblem(
            f"Another run is under way in {out}{_holder(out / HOLDER)}. "
            "Wait until it has finished, or name another folder with --out."
        ) from None


def _sign(path: Path) -> None:
    """Write down which process runs, since when. It only helps to find it: the lock is what counts."""
    now = datetime.now(UTC).isoformat(timespec="minutes")
    with suppress(OSError):
        path.write_text(json.dumps({"process": os.getpid(), "since": now}), encoding="utf-8")


def _holder(path: Path) -> str:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(held["since"])
        return f" (process {int(held['process'])}, since {since:%H:%M} UTC on {since.day} {since:%B})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


@contextmanager
def staged(target: Path):
    """A folder beside the target, to be put into its place; it is gone afterwards."""
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.staging-", dir=target.parent))
    try:
        staging.chmod(0o755)
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _journal(target: Path) -> Path:
    """What is about to be put in place, and where the pack that leaves goes: read after a kill, gone otherwise."""
    return target.with_name(f".{target.name}.publishing.json")


def swap(staging: Path, target: Path, keep: Path | None) -> None:
    """Put the new pack in the old one's place.

    Where a pack was published already the two change places in one step, or, where the system cannot do that, by two
    renames that ``recover`` undoes. So whatever stops the run, and whenever, one of the two is there, whole.

    Args:
        staging: the new pack, complete; beside the target.
        target: its place.
        keep: the folder that the old pack becomes, on the same disk; None to remove it.

    Raises PublishingRefused where the old pack cannot be moved away; it stays then as it was. Raises OSError where
    the disk is full.
    """
    fsync_folder(staging)
    if not target.exists():
        staging.rename(target)
        fsync_names(target.parent)
        return
    if keep is not None and keep.exists():
        raise PublishingRefused(f"{keep} is there already, so the release before cannot be kept there. Move it away.")
    try:
        _announce(staging, target, keep)
        leaving = _replace(staging, target, keep)
    except (OSError, PublishingRefused):
        with suppress(OSError):
            recover(target)
        raise
    fsync_names(target.parent)
    if keep is None:
        shutil.rmtree(leaving, ignore_errors=True)
    _journal(target).unlink(missing_ok=True)


def _announce(staging: Path, target: Path, keep: Path | None) -> None:
    """Write the journal, which tells the new pack from the old one by its manifest."""
    journal = {"new": sha256_of(staging / manifest.NAME), "keep": keep and str(keep.absolute())}
    partial = staging.with_name(f"{_journal(target).name}.part")
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(journal, stream)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(_journal(target))
    fsync_names(target.parent)


def _replace(staging: Path, target: Path, keep: Path | None) -> Path:
    """Exchange the packs and move the old one to ``keep``, or change back. Returns where the old one is, or was."""
    if keep is not None:
        keep.parent.mkdir(parents=True, exist_ok=True)
    leaving = staging
    try:
        if not exchange(staging, target):
            leaving = _previous(target)
            target.rename(leaving)
            staging.rename(target)
        if keep is not None:
            leaving.rename(keep)
            fsync_names(keep.parent)
    except OSError as error:
        _undo(leaving, staging, target)
        if keep is not None:
            with suppress(OSError):  # it holds earlier releases
                os.removedirs(keep.parent)
        if isinstance(error, PermissionError):
            raise PublishingRefused(
                f"{target} could not be replaced ({error.strerror}). "
                "Close any file of it that is open, such as in Excel, and run again."
            ) from None
        raise
    return leaving


def _undo(leaving: Path, staging: Path, target: Path) -> None:
    """Bring the old pack back, if it had left already."""
    if leaving != staging and leaving.exists():
        if target.exists():
            target.rename(staging)
        leaving.rename(target)
    elif leaving == staging and _is_in_place(target):
        exchange(staging, target)


def _is_in_place(target: Path) -> bool:
    """Whether the pack that was about to be put in place is the one that is there."""
    journal, path = _read_journal(target), target / manifest.NAME
    return journal is not None and path.is_file() and sha256_of(path) == journal["new"]


def _read_journal(target: Path) -> dict | None:
    try:
        journal = json.loads(_journal(target).read_text(encoding="utf-8"))
        return journal if {"new", "keep"} <= set(journal) else None
    except (OSError, ValueError, TypeError):
        return None


def recover(target: Path) -> None:
    """Tidy up after a run that was killed, at whatever moment: a whole pack is there, and the one before is kept.

    If the old pack had left and the new one not come, the old one comes back. If the new one is in place, the old one
    goes where it was to be kept.
    """
    previous = _previous(target)
    if previous.exists() and not target.exists():
        previous.rename(target)
    stagings = sorted(target.parent.glob(f".{target.name}.staging-*"))
    keep = (_read_journal(target) or {}).get("keep")
    if keep and _is_in_place(target) and not Path(keep).exists():
        old = next((folder for folder in (previous, *stagings) if manifest.read(folder)), None)
        if old:
            Path(keep).parent.mkdir(parents=True, exist_ok=True)
            old.rename(keep)
    for folder in (previous, *stagings):
        shutil.rmtree(folder, ignore_errors=True)
    for path in target.parent.glob(f"{_journal(target).name}*"):
        path.unlink(missing_ok=True)


def exchange(old: Path, new: Path) -> bool:
    """Let two folders of a file system exchange their names, so that at no moment either name is free.

    Returns False where the system or the file system cannot (Windows, some network drives); then nothing has changed.

    Raises OSError where it can and did not, such as for want of permission.
    """
    first, second = os.fsencode(old), os.fsencode(new)
    library = ctypes.CDLL(None, use_errno=True) if sys.platform in ("linux", "darwin") else None
    if hasattr(library, "renameat2"):
        failed = library.renameat2(AT_FDCWD, first, AT_FDCWD, second, ctypes.c_uint(RENAME_EXCHANGE))
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, ctypes.c_uint(RENAME_EXCHANGE))
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in NOT_SUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(new))


def fsync_folder(folder: Path) -> None:
    """Wait until every file of a folder, and the folder, is on the disk: a power cut leaves none of them empty."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("r+b") as stream:
                os.fsync(stream.fileno())
    fsync_names(folder)


def fsync_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk. Windows, and some network drives, have no way to ask for it."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
