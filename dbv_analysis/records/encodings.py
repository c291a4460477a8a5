"""How the text of an extract is encoded."""

from __future__ import annotations

import io
from collections.abc import Callable
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
