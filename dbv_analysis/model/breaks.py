"""Days that figures depend on, as ``breaks.toml`` lists them: census days, and changes of what is counted."""

from __future__ import annotations

from datetime import date

from dbv_analysis.model.packaged import read_toml
from dbv_analysis.model.period import Break

_LISTED = read_toml(__package__, "breaks.toml")

SEN2_CENSUS: dict[int, date] = {int(year): day for year, day in _LISTED["sen2_census"].items()}


def changes(series: str) -> tuple[Break, ...]:
    """The changes of a series, earliest first. Raises ValueError where none is listed for it."""
    listed = [change for change in _LISTED["change"] if series in change["series"]]
    if not listed:
        series_known = sorted({name for change in _LISTED["change"] for name in change["series"]})
        raise ValueError(f'breaks.toml lists no change of "{series}", only of: {", ".join(series_known)}.')
    return tuple(
        Break(change["on"], change["why"], change["label"], change.get("compares", False))
        for change in sorted(listed, key=lambda change: change["on"])
    )
