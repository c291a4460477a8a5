"""Authorities by their old, three-digit codes, and regions by name, to GSS codes: what ``authorities.toml`` lists."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

COUNTRY = "E92000001"


@dataclass(frozen=True)
class Place:
    """An area as the tables name it."""

    code: str
    name: str
    level: str


@cache
def _listed() -> dict[str, dict]:
    return tomllib.loads(files("dbv_analysis.inputs.finance").joinpath("authorities.toml").read_text(encoding="utf-8"))


@cache
def _regions() -> dict[str, Place]:
    return {name.lower(): Place(code, name, "Regional") for name, code in _listed()["regions"].items()}


def place(word: str) -> Place | None:
    """The place of an old code such as ``876``, of a region's name, or of England; None where it is not known."""
    word = word.strip()
    if word.lower() == "england":
        return Place(COUNTRY, "England", "National")
    if word in _listed()["authorities"]:
        code, name = _listed()["authorities"][word]
        return Place(code, name, "Local authority")
    return _regions().get(word.lower())
