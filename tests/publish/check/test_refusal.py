"""Which disclosures refuse a pack, and the message that says what to do, without making a pack."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from dbv_analysis.model.pack import CONTROLLED, PUBLIC
from dbv_analysis.model.problems import PublishingRefused
from dbv_analysis.model.settings import Disclosure, NamedFigure
from dbv_analysis.publish.check import disclosure
from dbv_analysis.publish.check.disclosure import PUBLISHED, earlier_packs, refuse_disclosure
from dbv_analysis.results.audit.disclosure_audit import Audit, Disclosed
from tests.compare.made_up import made_up

EVIDENCE = made_up("period  value\n2024-01-18  3")


def figure(breakdown: str, release: str = "r1") -> dict[str, str]:
    return {
        **{"metric_id": "measure", "area_code": "E06000001", "breakdown_topic": "Sex", "breakdown": breakdown},
        **{"period_label": "January 2024", "release": release},
    }


def disclosed(breakdown: str) -> Disclosed:
    return Disclosed(figure(breakdown), f"measure, Sex {breakdown}", (f"the total less {breakdown}", "the total"))


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch):
    """Sets what the audit finds; returns what it was asked."""
    asked = {}

    def find(recovered: tuple = (), remedy: tuple = (), published: tuple = ()) -> dict:
        def audit(pack, earlier, counts, official, rule):
            asked.update(pack=pack, earlier=earlier, counts=counts, official=official, rule=rule)
            return Audit(recovered, remedy, published)

        monkeypatch.setattr(disclosure, "audit", audit)
        monkeypatch.setattr(disclosure, "earlier_packs", lambda out: {"Q1": out})
        return asked

    return find


def refusal(evidence=EVIDENCE) -> str:
    with pytest.raises(PublishingRefused) as refused:
        refuse_disclosure(evidence, None, Path())
    return str(refused.value)


ENDS = (
    "Where a figure may be published all the same, add it to programme.toml under [[disclosure.exceptions]], with a "
    "reason and a name. The manifest will say so."
)


def test_a_refusal_names_the_figure_what_gives_it_away_and_what_to_hide(found):
    found((disclosed("boys"),), (figure("girls"), figure("other")))
    assert refusal() == "\n".join(
        [
            "1 hidden figure could be worked out, so the pack is not published:",
            "- measure, Sex boys",
            "    follows from: the total less boys",
            "    follows from: the total",
            "Hide these too: add to programme.toml, each with a reason and the name of who decided:",
            *(
                f'[[disclosure.hidden]]\nmetric = "measure"\nbreakdown = "{name}"\nperiod = "January 2024"\n'
                'area = "E06000001"'
                for name in ("girls", "other")
            ),
            ENDS,
        ]
    )


@pytest.mark.parametrize(("number", "more"), [(2, None), (10, None), (11, "- and 1 more."), (14, "- and 4 more.")])
def test_of_many_figures_ten_are_named(found, number, more):
    found(tuple(disclosed(f"group {place}") for place in range(number)))
    lines = refusal().splitlines()
    assert lines[0] == f"{number} hidden figures could be worked out, so the pack is not published:"
    assert sum(line.startswith("- measure") for line in lines) == min(number, 10)
    assert [line for line in lines if line.startswith("- and")] == ([more] if more else [])
    assert lines[-1] == ENDS
    assert not any("Hide these" in line for line in lines)


def with_rule(**rule: object):
    settings = EVIDENCE.programme.model_copy(update={"disclosure": Disclosure(**rule)})
    out = date(2024, 1, 18)
    sources = [
        SimpleNamespace(release="r1", publisher="The authority", official=False, published=out),
        SimpleNamespace(release="r9", publisher="The department", official=True, published=out),
    ]
    return dataclasses.replace(EVIDENCE, programme=settings, sources=sources)


def exception(breakdown: str) -> NamedFigure:
    return NamedFigure(metric="measure", breakdown=breakdown, period="January 2024", reason="Printed.", name="Officer")


def test_exceptions_pass_with_their_reason_and_what_its_publisher_shows_with_its_name(found):
    found((disclosed("boys"), disclosed("girls")), (), (figure("other", "r9"), figure("none", "r8")))
    assert refuse_disclosure(with_rule(exceptions=(exception("boys"), exception("girls"))), None, Path()) == [
        {**figure("boys"), "reason": "Printed.", "name": "Officer"},
        {**figure("girls"), "reason": "Printed.", "name": "Officer"},
        {**figure("other", "r9"), "reason": PUBLISHED, "name": "The department"},
        {**figure("none", "r8"), "reason": PUBLISHED, "name": "r8"},
    ]
    assert "- measure, Sex girls" in refusal(with_rule(exceptions=(exception("boys"), exception("other"))))
    assert "- measure, Sex boys" not in refusal(with_rule(exceptions=(exception("boys"),)))


def test_the_audit_is_asked_about_the_pack_earlier_ones_and_official_releases(found):
    asked, evidence = found(), with_rule(threshold=7)
    assert refuse_disclosure(evidence, "counts", Path("packs")) == []
    assert list(asked["pack"]["metric_id"]) == ["measure"]
    assert (asked["earlier"], asked["counts"], asked["official"]) == ({"Q1": Path("packs")}, "counts", {"r9"})
    assert asked["rule"].threshold == 7


def test_nothing_is_asked_of_a_controlled_pack(found):
    asked = found((disclosed("boys"),))
    assert refuse_disclosure(dataclasses.replace(EVIDENCE, profile=CONTROLLED), None, Path()) == []
    assert asked == {}


def test_earlier_packs_are_the_public_ones_that_can_be_read_by_quarter_and_release(tmp_path, monkeypatch):
    folders = {
        "2024-25-Q1": (PUBLIC, 2),
        "2024-25-Q2": (CONTROLLED, 1),
        "2024-25-Q3": None,
        f"{disclosure.EARLIER}/2024-25-Q1/1": (PUBLIC, 1),
        f"{disclosure.EARLIER}/2023-24-Q4/1": (CONTROLLED, 1),
    }
    for name, told in folders.items():
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / disclosure.parquet.NAME).write_text("rows")
        (tmp_path / name / "told").write_text(json.dumps(told))

    def read(folder: Path) -> dict | None:
        told = json.loads((folder / "told").read_text())
        quarter = next(part for part in folder.parts if part.startswith("202"))
        return told and {"quarter": quarter, "parameters": {"profile": told[0]}, "release": {"number": told[1]}}

    monkeypatch.setattr(disclosure.manifest, "read", read)
    monkeypatch.setattr(disclosure.parquet, "read", lambda folder: folder)
    assert earlier_packs(tmp_path) == {
        "2024-25-Q1, release 1": tmp_path / disclosure.EARLIER / "2024-25-Q1" / "1",
        "2024-25-Q1, release 2": tmp_path / "2024-25-Q1",
    }
    monkeypatch.setattr(disclosure.parquet, "read", lambda folder: None)
    assert earlier_packs(tmp_path) == {}
