"""How the text of an extract is encoded, and its rows."""

from __future__ import annotations

import csv
import io
import itertools
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


def csv_rows(open_bytes: Callable[[], IO[bytes]], separators: str = ",") -> Iterator[list[str]]:
    """The rows of a CSV, empty ones among them: UTF-8, or else what Windows writes.

    The separator is the one of ``separators`` that the first line has most of. Raises csv.Error where a row is none.
    """
    encoding = "utf-8-sig" if is_utf8(open_bytes) else "cp1252"
    with open_bytes() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="")
        first = text.readline()
        lines = (line.replace("\0", "\ufffd") for line in itertools.chain([first], text))
        yield from csv.reader(lines, delimiter=max(separators, key=first.count))
