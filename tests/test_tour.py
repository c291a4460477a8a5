"""The tour of docs/tour.md: its snippets print what it shows, and its way goes from room to room, never back."""

from __future__ import annotations

import io
import re
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import FrameType

import pytest

import dbv_analysis
from dbv_analysis.metrics import package_metrics
from dbv_analysis.model import metric
from dbv_analysis.pages import open_page
from dbv_analysis.results import cache as results_cache
from dbv_analysis.results.evidence import Evidence, during
from tests.conftest import QUARTER, ROOT

TOUR = (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
STEP = re.compile(
    r"^## \d\. (\w+): |^##+ ([^\d\n]+)$|^```python\n(.*?)^```\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL
)
MOST_ROOMS = 8
PACKAGE = Path(dbv_analysis.__file__).parent
HANDED_DOWN = ("<module>", "<lambda>", "<genexpr>")


def _levels() -> dict[str, int]:
    """How high each room lies among the layers that import-linter holds."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (layers,) = [one["layers"] for one in settings["tool"]["importlinter"]["contracts"] if one["type"] == "layers"]
    return {
        room.strip().removeprefix("dbv_analysis."): level
        for level, rooms in enumerate(reversed(layers))
        for room in rooms.split("|")
    }


LEVELS = _levels()


@dataclass
class Way:
    """The rooms that calls entered, and each call of a function of a higher room."""

    rooms: set[str] = field(default_factory=set)
    climbs: set[tuple[str, str]] = field(default_factory=set)


@cache
def _room(file: str) -> str | None:
    """The room that a file of the package is in."""
    path = Path(file)
    in_package = PACKAGE in path.parents and path.suffix == ".py"
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py") if in_package else None


@contextmanager
def followed() -> Iterator[Way]:
    """Note where calls go, but for imports, which import-linter holds, and for what a room hands down to be called."""
    way = Way()

    def hear(frame: FrameType, event: str, _: object) -> None:
        if event != "call":
            return
        room = _room(frame.f_code.co_filename)
        if room is None or frame.f_code.co_name in HANDED_DOWN:
            return
        way.rooms.add(room)
        caller = frame.f_back
        while caller and _room(caller.f_code.co_filename) is None:
            caller = caller.f_back
        if caller and LEVELS[room] > LEVELS[_room(caller.f_code.co_filename)]:
            way.climbs.add((caller.f_code.co_qualname, f"{room}: {frame.f_code.co_qualname}"))

    before = sys.getprofile()
    sys.setprofile(hear)
    try:
        yield way
    finally:
        sys.setprofile(before)


@dataclass
class Snippet:
    """What the tour shows to type and what it says is printed; ``room`` is empty where it is on no room."""

    room: str
    code: str
    shown: str
    printed: str = ""
    way: Way = field(default_factory=Way)


def _snippets() -> list[Snippet]:
    room, snippets = "", []
    for entered, left, code, shown in STEP.findall(TOUR):
        if code:
            snippets.append(Snippet(room, code, shown))
        else:
            room = "" if left else entered
    return snippets


NUMBER = len(_snippets())


@pytest.fixture(scope="module")
def walked(assemble_once: Callable, evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> list[Snippet]:
    """The snippets, each run after the one before it, and where it went; ``evidence`` is assembled by then."""
    snippets, namespace = _snippets(), {"__name__": "tour"}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setattr(results_cache, "assemble", assemble_once)
        patch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("tour")))
        patch.setattr(metric, "_METRICS", package_metrics())
        for snippet in snippets:
            with redirect_stdout(io.StringIO()) as printed, followed() as snippet.way:
                exec(compile(snippet.code, "docs/tour.md", "exec"), namespace)
            snippet.printed = printed.getvalue()
    return snippets


@pytest.mark.parametrize("number", range(NUMBER))
def test_a_snippet_prints_what_the_tour_shows(walked, number):
    assert walked[number].printed == walked[number].shown


def test_every_snippet_of_the_tour_is_run():
    assert TOUR.count("```python") == TOUR.count("```text") == NUMBER


def test_the_tour_goes_through_at_most_eight_rooms_and_up_the_layers(walked):
    rooms = list(dict.fromkeys(snippet.room for snippet in walked if snippet.room))
    assert [int(number) for number in re.findall(r"^## (\d)\. ", TOUR, flags=re.MULTILINE)] == [
        *range(1, len(rooms) + 1)
    ]
    assert len(rooms) <= MOST_ROOMS
    levels = [LEVELS[room] for room in rooms]
    assert levels == sorted(levels)


def test_the_figure_enters_no_room_before_the_tour_does_and_never_climbs_back(walked):
    known: set[str] = set()
    for snippet in walked:
        known.add(snippet.room)
        assert snippet.way.climbs == set(), snippet.code
        if snippet.room:
            assert snippet.way.rooms <= known, snippet.code
            assert snippet.room in snippet.way.rooms or snippet.room == "model", snippet.code


def test_a_call_from_a_lower_room_to_a_higher_one_would_be_seen():
    made_up: dict[str, Callable] = {}
    exec(compile("def up(call):\n    return call()", PACKAGE / "model" / "made_up.py", "exec"), made_up)
    with followed() as way:
        assert made_up["up"](partial(during, {"period_label": "2024"})) == "in 2024"
    assert (way.rooms, way.climbs) == ({"model", "results"}, {("up", "results: during")})


def test_the_summary_of_the_pack_takes_the_way_of_the_tour(walked, assemble_once, data, monkeypatch):
    monkeypatch.setattr(results_cache, "assemble", assemble_once)
    with followed() as way:
        headline = open_page("Board summary", QUARTER, data).answer()
    assert way.climbs == set()
    assert way.rooms <= {snippet.room for snippet in walked}
    assert any(headline.title in snippet.printed for snippet in walked if snippet.room == "publish")
