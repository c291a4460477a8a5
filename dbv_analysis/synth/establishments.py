"""Made-up establishments, some of each type that a placement may be at."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dbv_analysis.inputs.sen2.derive import establishment_types

COLUMNS = ("URN", "EstablishmentName", "TypeOfEstablishment (name)")
FIRST_URN = 900_001  # no establishment of GIAS has such a number
EACH = 4


@dataclass(frozen=True)
class Establishment:
    urn: int
    name: str
    type: str

    @property
    def kind(self) -> str:
        """The column of the SEN2 release for its type."""
        return establishment_types()[self.type]


def made_up(seed: int) -> list[Establishment]:
    """A few establishments of each type, in an order that follows from the seed."""
    types = [name for name in establishment_types() for _ in range(EACH)]
    random.Random(seed).shuffle(types)
    return [Establishment(FIRST_URN + n, f"Synthetic establishment {n + 1}", name) for n, name in enumerate(types)]


def write_establishments(path: Path, establishments: list[Establishment]) -> None:
    """Write the establishments as GIAS gives them for download."""
    pd.DataFrame(establishments).to_csv(path, index=False, header=COLUMNS, lineterminator="\n")
