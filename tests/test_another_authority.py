"""Another authority without code: no name of one authority's programme in the package, and pages with any names."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import dbv_analysis
from dbv_analysis.model.blocks import Block
from dbv_analysis.model.settings import Programme, load_programme
from dbv_analysis.pages.reconciliation import ReconciliationPage
from dbv_analysis.pages.section import SectionPage
from dbv_analysis.reports import compose
from dbv_analysis.results.evidence import Evidence, open_evidence
from tests.conftest import QUARTER, ROOT

PACKAGE = Path(dbv_analysis.__file__).parent
WRITTEN = {".py", ".j2", ".toml", ".css", ".json"}
# Lists that the package ships because they are of every authority.
OF_EVERY_AUTHORITY = {"authorities.toml"}
# Names that are words of the field, or of the country whose law this is about.
WORDS = {"England", "Lead Practitioner", "Programme lead"}
NAMED_BY = {"phases": "element", "tasks": "plan_title", "capital_places": "school", "grant": "line"}
PLAIN = {"All lines", "Room hire"}  # lines of the grant that are no name


def of_lists(data: Path) -> Iterator[str]:
    for table, column in NAMED_BY.items():
        for path in data.rglob(f"{table}.csv"):
            with path.open(encoding="utf-8", newline="") as stream:
                yield from (row[column] for row in csv.DictReader(stream))


def of_settings(programme: Programme) -> Iterator[str]:
    yield from (programme.area.name, programme.region.name, programme.country.name)
    yield from (name for neighbours in programme.neighbours for name in neighbours.areas.values())
    for workstream in programme.workstreams:
        yield from (workstream.title, *workstream.plans.values())
    yield from (programme.training.name, programme.unit.name, programme.unit.place, programme.unit.id)
    for measure in programme.measures:
        if measure.topic in ("Training", "Role"):
            yield from (part for group in measure.groups for part in group.split(": ")[:1])


def names(data: Path) -> list[str]:
    """Every name of the shipped authority's programme, the longest first."""
    found = {*of_settings(load_programme(data)), *of_lists(data)} - WORDS - PLAIN
    return sorted(found, key=lambda name: (-len(name), name))


def stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a text, in any capitals, also as a part of an identifier."""
    return re.search(rf"(?<![a-z]){re.escape(name.lower())}(?![a-z])", text.lower().replace("_", " ")) is not None


def test_the_names_that_are_looked_for_are_those_of_the_shipped_programme(data):
    assert {
        "Halton", "Wirral", "North West", "Thrive", "Team Teach", "High Dependency Unit", "high dependency unit", "hdu",
        "Behaviour Support Change Programme", "Temporary inclusion manager", "Inclusion Quality Mark", "Brookfields",
    } <= set(names(data))  # fmt: skip


@pytest.mark.parametrize("text", ["around_thrive", "in Thrive.", 'own(own_figures, "hdu_place_cost")', "HALTON-1"])
def test_a_name_is_found_however_it_is_written(text):
    assert any(stands_in(name, text) for name in ("Thrive", "hdu", "Halton"))


def test_no_name_of_the_shipped_programme_stands_in_the_package(data):
    files = [path for path in PACKAGE.rglob("*") if path.suffix in WRITTEN and path.name not in OF_EVERY_AUTHORITY]
    assert len(files) > 200
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    found = [
        f"{path.relative_to(PACKAGE)}: {name}"
        for name in names(data)
        for path, text in texts.items()
        if stands_in(name, text)
    ]
    assert found == []


SPECIAL = {
    "Thrive": "Kindle",
    "hdu": "hub",
    "high dependency unit": "enhanced hub",
    "high dependency place": "hub place",
}


@pytest.fixture(scope="module")
def renamed(data: Path) -> dict[str, str]:
    """A name of another authority's for each of the shipped ones."""
    plain = {name: f"Northford {number}" for number, name in enumerate(names(data)) if name not in SPECIAL}
    return {**plain, **SPECIAL}


@pytest.fixture(scope="module")
def elsewhere(data: Path, renamed: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """The evidence of an authority whose settings and inputs have other names, and the shipped figures."""
    root = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(data, root / "data" / "raw")
    shutil.copy(ROOT / "programme.toml", root)
    known = {**{name.lower(): other.lower() for name, other in renamed.items()}, **renamed}
    pattern = re.compile("|".join(map(re.escape, renamed)), re.IGNORECASE)
    for path in [root / "programme.toml", *root.rglob("data/raw/*/*")]:
        if path.suffix in (".csv", ".toml"):
            text = pattern.sub(lambda name: known.get(name[0], known[name[0].lower()]), path.read_text("utf-8"))
            path.write_text(text.replace('"enhanced hub"', '"enhanced hub"\narticle = "an"'), encoding="utf-8")
    return open_evidence(QUARTER, root / "data" / "raw")


def test_another_authority_has_measures_of_its_own_and_none_of_the_shipped_ones(elsewhere, evidence):
    ours, theirs = set(evidence.metrics), set(elsewhere.metrics)
    assert {"kindle_engaged_percent", "hub_settings_count", "hub_place_cost", "hub_saving"} <= theirs - ours
    assert not {name for name in theirs if "thrive" in name or "hdu" in name}
    assert len(theirs) == len(ours)
    assert list(elsewhere.rows("hub_place_cost")["value"]) == list(evidence.rows("hdu_place_cost")["value"])


def pages(evidence: Evidence) -> Iterator[Block]:
    """What the pages that speak of the programme itself show."""
    delivery, spend = (SectionPage(name, evidence) for name in ("Delivery", "High needs spend"))
    checked = ReconciliationPage(evidence)
    yield from (delivery.headline(), delivery.phases_now(), delivery.sureness(), delivery.indicators("training"))
    yield from (delivery.risk_map(), delivery.other_measures(), delivery.promised(), delivery.definitions())
    yield from (spend.headline(), spend.unit_heading(), spend.unit_range(), spend.unit_case("the case"))
    yield from (spend.sureness(), spend.definitions(), checked.findings(), checked.agreeing(), checked.looked_for())


def test_the_pages_and_reports_of_another_authority_have_its_names_and_none_of_the_shipped_ones(elsewhere, renamed):
    shown = [block.text() for block in pages(elsewhere)]
    for document in compose(elsewhere, {}).values():
        shown += [document.title, document.subject, *document.about]
        shown += [part.text() if isinstance(part, Block) else part.title for part in document.parts]
    text = "\n".join(shown)
    assert [name for name in renamed if stands_in(name, text)] == []
    for words in (
        "72.8% of schools have engaged with Kindle and 57.1% have booked training",
        "## An enhanced hub",
        "A place in an enhanced hub would cost £20,000 to £40,000 a year",
        "What a hub place costs less than one in an INMSS",
        "The enhanced hub was to be a pilot",
        f"Workstream 1: {renamed['Behaviour Support Change Programme']}",
        f"WS 1 – {renamed['High Dependency Unit']} – On track",
        renamed["Halton"],
    ):
        assert words in text, words
