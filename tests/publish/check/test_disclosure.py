"""A pack is refused where, with all that was published before, a hidden figure could be worked out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from dbv_analysis.model.columns import RESULT_COLUMNS
from dbv_analysis.publish import manifest
from dbv_analysis.publish.write import parquet
from tests.conftest import HALTON, QUARTER
from tests.publish.conftest import answer, contents

SHOWN_BEFORE = "2024-25-Q1"
AT_HOME = {"metric_id": "ehe_plans_count", "area_code": HALTON, "period_label": "January 2021"}


@pytest.fixture
def project(headed: Path) -> Path:
    return headed


@pytest.fixture
def run(project: Path, capfd: pytest.CaptureFixture[str]):
    return lambda *words: answer(capfd, "run", QUARTER, "--only", "Exclusions", "--out", "packs", *words)


@pytest.fixture
def an_earlier_pack_that_shows(project: Path):
    """An earlier quarter's pack that shows a figure which the rule hides now."""

    def publish(profile: str = "public", **figure: str) -> Path:
        folder = project / "packs" / SHOWN_BEFORE
        shutil.copytree(project / "outputs" / QUARTER, folder)
        rows = parquet.read(folder)
        hidden = rows[(rows["symbol"] == "c").to_numpy()]
        found = pd.read_parquet(folder / parquet.NAME)
        assert list(found.columns) == list(RESULT_COLUMNS)
        assert not hidden.empty
        truth = pd.read_csv(project / "data/raw/dfe-ehc-plans-2025/placements.csv")
        chosen = truth[
            (truth["area_code"] == HALTON)
            & (truth["placement"] == "elective_home_education")
            & truth["period"].astype(str).str.startswith("2021")
        ]
        number = float(chosen["count"].item())
        assert 0 < number < 5
        row = rows.iloc[[0]].assign(
            **AT_HOME,
            breakdown_topic="Total",
            breakdown="Total",
            period_start=pd.Timestamp("2021-01-21").date(),
            period_end=pd.Timestamp("2021-01-21").date(),
            numerator=number,
            denominator=float("nan"),
            value=number,
            symbol="",
        )
        parquet.write(pd.concat([rows, row], ignore_index=True)[list(RESULT_COLUMNS)], folder / parquet.NAME)
        told = json.loads((folder / manifest.NAME).read_text(encoding="utf-8"))
        told["quarter"], told["parameters"]["profile"] = SHOWN_BEFORE, profile
        (folder / manifest.NAME).write_text(json.dumps(told), encoding="utf-8")
        return folder

    return publish


def settings(project: Path, words: str) -> None:
    path = project / "programme.toml"
    path.write_text(path.read_text(encoding="utf-8") + words, encoding="utf-8")


def exception(**more: str) -> str:
    keys = {"metric": "ehe_plans_count", "period": "January 2021", "area": HALTON, **more}
    return "\n[[disclosure.exceptions]]\n" + "".join(f'{name} = "{value}"\n' for name, value in keys.items())


def test_a_figure_that_an_earlier_pack_shows_cannot_be_hidden_now(run, project, an_earlier_pack_that_shows):
    an_earlier_pack_that_shows()
    said = run()
    assert (said.status, said.out) == (4, "")
    assert "1 hidden figure could be worked out, so the pack is not published" in said.err
    assert "- ehe_plans_count, Total, Halton, January 2021" in said.err
    assert f"({SHOWN_BEFORE}, release 1)" in said.err
    assert "[[disclosure.exceptions]]" in said.err
    assert not (project / "packs" / QUARTER).exists()


def test_what_only_a_controlled_pack_shows_gives_nothing_away(run, an_earlier_pack_that_shows):
    an_earlier_pack_that_shows(profile="controlled")
    assert run().status == 0


def test_an_exception_with_a_reason_and_a_name_is_published_and_stands_in_the_manifest(
    run, project, an_earlier_pack_that_shows
):
    an_earlier_pack_that_shows()
    settings(project, exception(reason="It was printed in the report of 2021.", name="Data protection officer"))
    said = run()
    assert said.status == 0, said.err
    stands = manifest.read(project / "packs" / QUARTER)["exceptions"]
    (one,) = [row for row in stands if row["name"] == "Data protection officer"]
    assert one["reason"] == "It was printed in the report of 2021."
    assert (one["metric_id"], one["period_label"]) == ("ehe_plans_count", "January 2021")


@pytest.mark.parametrize("lacks", ["reason", "name"])
def test_an_exception_without_a_reason_or_a_name_is_none(run, project, an_earlier_pack_that_shows, lacks):
    an_earlier_pack_that_shows()
    given = {"reason": "It was printed before.", "name": "Data protection officer"}
    del given[lacks]
    settings(project, exception(**given))
    said = run()
    assert said.status == 1
    assert f"disclosure.exceptions.0.{lacks} is missing" in said.err


def test_an_exception_for_another_figure_lets_this_one_not_pass(run, project, an_earlier_pack_that_shows):
    an_earlier_pack_that_shows()
    settings(project, exception(reason="Another.", name="Data protection officer", period="January 2022"))
    assert run().status == 4


def test_a_refused_pack_leaves_the_one_that_stands(run, project, an_earlier_pack_that_shows):
    assert run().status == 0
    before = contents(project / "packs" / QUARTER)
    an_earlier_pack_that_shows()
    assert run("--force").status == 4
    assert contents(project / "packs" / QUARTER) == before


def test_figures_that_their_own_publisher_shows_are_named_as_such_and_hold_no_number(run, project):
    assert run().status == 0
    told = manifest.read(project / "packs" / QUARTER)
    published = [one for one in told["exceptions"] if one["name"] == "Department for Education"]
    assert {(one["metric_id"], one["period_label"]) for one in published} >= {("ehe_plans_count", "January 2021")}
    assert {name for one in told["exceptions"] for name in one} == {
        "metric_id", "area_code", "breakdown_topic", "breakdown", "period_label", "release", "reason", "name",
    }  # fmt: skip
