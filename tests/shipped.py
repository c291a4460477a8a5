"""The shipped inputs, read once a session, for what would read them again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis import synth
from dbv_analysis.inputs.load import Inputs
from dbv_analysis.metrics.declared import metrics_of
from dbv_analysis.model.pack import PUBLIC
from dbv_analysis.model.settings import load_programme
from dbv_analysis.results import cache
from dbv_analysis.results.cache import Assembled
from dbv_analysis.synth import Synthetic, synthesise

# Every measure of the shipped authority, by id.
METRICS = metrics_of(load_programme(Path(__file__).parent.parent / "data" / "raw"))


def read_already(patch: pytest.MonkeyPatch, tables: dict[str, pd.DataFrame], data: Path) -> None:
    """Give a synthetic authority the tables of the shipped inputs ``data``, so that it does not read them anew."""

    def load(folder: Path) -> Inputs:
        assert folder.resolve() == data.resolve()
        return Inputs(dict(tables), [])

    patch.setattr(synth, "load", load)


def authority(tables: dict[str, pd.DataFrame], data: Path, out: Path, **more: object) -> Synthetic:
    """A synthetic authority, as ``synthesise`` writes it."""
    with pytest.MonkeyPatch.context() as patch:
        read_already(patch, tables, data)
        return synthesise(data, out, **more)


def keep(project: Path, tables: dict[str, pd.DataFrame], results: pd.DataFrame) -> None:
    """Keep the results of the shipped inputs with an unspoilt copy of the project, as a run before would have."""
    data = project / "data" / "raw"
    cache.store(Assembled(load_programme(data), results, tables, [], counts=None), data, PUBLIC)
