"""Files of Office are zips, and a zip holds when and on what kind of machine it was written."""

from __future__ import annotations

import io
import zipfile

NEVER = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can hold


def without_times(written: bytes) -> bytes:
    """The same zip, whose parts all have the same time and machine: the same parts give the same bytes."""
    fixed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(written)) as old, zipfile.ZipFile(fixed, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, NEVER)
            part.create_system = 0  # else it names the machine's kind
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return fixed.getvalue()
