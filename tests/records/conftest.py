"""A synthetic authority, made once for every test that reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from dbv_analysis.synth import Synthetic, synthesise


@pytest.fixture(scope="session")
def made_up(tmp_path_factory: pytest.TempPathFactory, data: Path) -> Synthetic:
    """The synthetic authority with the published number of plans."""
    return synthesise(data, tmp_path_factory.mktemp("synthetic") / "authority")
