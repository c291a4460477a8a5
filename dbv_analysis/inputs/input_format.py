"""What a format of inputs is: each format's folder declares one, and ``formats`` lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from dbv_analysis.model.problems import DataProblem
from dbv_analysis.model.settings import Programme
from dbv_analysis.model.source import Source

if TYPE_CHECKING:
    from dbv_analysis.inputs.records.quality import Rule


@dataclass(frozen=True)
class Input:
    """One file to be read: where it is and what it is called in messages, its source, and whose it is.

    ``records`` is the folder in which what it says of persons is kept, where it says any.
    """

    path: Path
    shown: str
    source: Source
    programme: Programme
    records: Path


@dataclass
class Read:
    """What was read: tables as text, by their names in ``tables.TABLES``; what to warn of, and what is wrong."""

    tables: dict[str, pd.DataFrame]
    warnings: list[str] = field(default_factory=list)
    problems: list[DataProblem] = field(default_factory=list)


@dataclass(frozen=True)
class Format:
    """What reads a format; the names of further files beside the input that belong to it; whether it is about persons.

    ``rules`` of data quality are asked of its records. ``queried`` says whether rows may come from a database
    instead of a file. ``at_its_row`` gives the rows of a table their places in the file, where they are not simply
    numbered.
    """

    read: Callable[[Input], Read]
    beside: Callable[[Programme], tuple[str, ...]] = lambda programme: ()
    persons: bool = False
    rules: tuple[Rule, ...] = ()
    queried: bool = False
    at_its_row: Callable[[pd.DataFrame, pd.DataFrame, str], pd.DataFrame] | None = None
