"""How the text of an extract is encoded, and its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import IO

PIECE = 1 << 20  # characters read at a time


def is_utf8(open_bytes: Callable[[], IO[bytes]]) -> bool:
    """Whether a whole file is UTF-8, with or without a byte order mark; plain ASCII is."""
    with open_bytes() as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        try:
            while text.read(PIECE):
                pass
        except UnicodeDecodeError:
            return False
    return True


def csv_rows(open_bytes: Callable[[], IO[bytes]]) -> Iterator[list[str]]:
    """The rows of a CSV in UTF-8, or else in what Windows writes. Raises csv.Error where a row is none."""
    encoding = "utf-8-sig" if is_utf8(open_bytes) else "cp1252"
    with open_bytes() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        yield from csv.reader(line.replace("\0", "\ufffd") for line in text)
