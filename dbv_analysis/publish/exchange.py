"""Two folders change places in one step, where the system can do that; and what is written is on the disk."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from contextlib import suppress
from pathlib import Path

# Linux: renameat2(2), since 3.15; glibc since 2.28. macOS: renamex_np(2), since 10.12.
_HERE = -100  # AT_FDCWD: paths are as the process sees them
_EXCHANGE = 2  # RENAME_EXCHANGE on Linux, RENAME_SWAP on macOS
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}


def exchange(one: Path, other: Path) -> bool:
    """Let two folders of a file system change names, so that there is no moment at which either name is free.

    Returns False where the system or the file system cannot (Windows, some network drives); then nothing has changed.

    Raises OSError where it can and did not, such as for want of permission.
    """
    first, second = os.fsencode(one), os.fsencode(other)
    library = ctypes.CDLL(None, use_errno=True) if sys.platform in ("linux", "darwin") else None
    if hasattr(library, "renameat2"):
        failed = library.renameat2(_HERE, first, _HERE, second, ctypes.c_uint(_EXCHANGE))
    elif hasattr(library, "renamex_np"):
        failed = library.renamex_np(first, second, ctypes.c_uint(_EXCHANGE))
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


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
