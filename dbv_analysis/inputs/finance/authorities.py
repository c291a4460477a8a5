"""Authorities by their old, three-digit codes, and regions by name, to GSS codes: what ``authorities.toml`` lists."""

from __future__ import annotations

from typing import NamedTuple

from dbv_analysis.model.packaged import read_toml

COUNTRY = "england"


class Area(NamedTuple):
    """An area as the tables name it."""

    code: str
    name: str
    level: str


def area_of(text: str) -> Area | None:
    """The area of an old code such as ``876``, of a region's name, or of England; None where it is not known."""
    listed = read_toml(__package__, "authorities.toml")
    if text.lower() == COUNTRY:
        return Area("E92000001", "England", "National")
    if text in listed["authorities"]:
        return Area(*listed["authorities"][text], "Local authority")
    regions = {name.lower(): Area(code, name, "Regional") for name, code in listed["regions"].items()}
    return regions.get(text.lower())
