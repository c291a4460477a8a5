"""The settings in TOML that stand beside the code that reads them."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import TypeAdapter


@cache
def read_toml(package: str, name: str) -> dict[str, Any]:
    """The contents of a TOML file of a package; they are shared, so do not change them."""
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))


def read_objects(package: str, name: str, key: str, kind: type) -> list[Any]:
    """The tables under a key of a package's TOML file, each as a dataclass of this kind."""
    return TypeAdapter(list[kind]).validate_python(read_toml(package, name)[key])
