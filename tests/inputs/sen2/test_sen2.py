"""The person-level SEN2 return: what is read is what was made, from XML, the export and databases, on every engine."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree
from pandas.testing import assert_frame_equal

from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.records import CANARY, fields
from dbv_analysis.inputs.records.store import REJECTS, open_records
from dbv_analysis.inputs.sen2 import derive
from dbv_analysis.inputs.sen2 import tables as sen2_return
from dbv_analysis.inputs.sen2.read_export import read_export, read_queried
from dbv_analysis.inputs.sen2.read_xml import MOST_BYTES, read_xml
from dbv_analysis.model.problems import CallProblem, DataProblems
from dbv_analysis.model.source import sha256_of
from dbv_analysis.synth import Synthetic, synthesise
from dbv_analysis.synth.establishments import made_up as establishments_of
from dbv_analysis.synth.people import people
from tests.conftest import HALTON, ROOT
from tests.inputs.database.databases import SERVERS, VARIABLE, address, empty_database, fill, put_in, queries
from tests.shipped import authority
from tests.soak import engines

ENGINES = engines("duckdb", "pandas", "polars", "pyspark")
SHOWN = "data/raw/own/sen2.xml"
HEAD = (
    "<Message><Header><CollectionDetails><Collection>SEN2</Collection><Year>2025</Year>"
    "<ReferenceDate>2025-01-16</ReferenceDate></CollectionDetails></Header><Persons>"
)
TAIL = "</Persons></Message>"
PERSON = (
    "<Person><Surname>CANARY</Surname><PersonBirthDate>2012-03-04</PersonBirthDate><Requests><ReceivedDate>2024-02-01"
    "</ReceivedDate><Assessment><AssessmentOutcome>Y</AssessmentOutcome><NamedPlan><StartDate>2024-05-01</StartDate>"
    "</NamedPlan></Assessment></Requests></Person>"
)


@pytest.fixture(scope="module", params=["xml", "export", "zip", *SERVERS])
def read(request, made_up: Synthetic, tmp_path_factory: pytest.TempPathFactory):
    """The same return from each place that it may come from: where its records are, and the tally."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "xml":
        yield folder, read_xml(made_up.xml, folder, "sen2.xml")
    elif request.param == "export":
        yield folder, read_export(made_up.export, folder, "export")
    elif request.param == "zip":
        archive = shutil.make_archive(str(folder / "export"), "zip", made_up.export)
        yield folder, read_export(Path(archive), folder / "records", "export.zip")
    else:
        with empty_database(request.param, folder) as url, pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, address(url))
            fill(url, made_up.export)
            (folder / "sen2.sql").write_text(queries(), encoding="utf-8")
            yield folder, read_queried(folder / "sen2.sql", folder, "sen2.sql", VARIABLE)


def records(read) -> Path:
    folder, _ = read
    return folder / "records" if (folder / "records").is_dir() else folder


def with_establishments(folder: Path, made_up: Synthetic) -> Path:
    """The folder of records, with the establishments in it as the loader puts them there."""
    schools = sen2_return.read_establishments(made_up.establishments, "establishments.csv")
    schools.to_parquet(folder / "establishments.parquet", index=False)
    return folder


@pytest.fixture(scope="module")
def small(tables: dict[str, pd.DataFrame], data: Path, tmp_path_factory: pytest.TempPathFactory) -> Synthetic:
    return authority(tables, data, tmp_path_factory.mktemp("small") / "authority", plans=200, seed=3)


def figures(folder: Path, made_up: Synthetic, engine: str = "duckdb") -> dict[str, pd.DataFrame]:
    return sen2_return.counted(open_records(with_establishments(folder, made_up), engine), made_up.totals.reference)


@pytest.fixture(scope="module")
def by_duckdb(read, made_up: Synthetic) -> dict[str, pd.DataFrame]:
    return figures(records(read), made_up)


def as_counter(frame: pd.DataFrame, *columns: str) -> Counter:
    return Counter({tuple(row[:-1]): int(row[-1]) for row in frame[[*columns, "count"]].itertuples(index=False)})


# What is read is what was made


def test_every_row_that_was_made_is_read_and_none_is_rejected(read, made_up):
    _, tally = read
    made = Counter()
    waiting = list(people(made_up.totals, establishments_of(1), 1))
    while waiting:
        row = waiting.pop()
        made[row.module] += 1
        waiting += row.rows
    assert tally.seen == tally.accepted == made
    assert not tally.rejected
    assert tally.notes == []
    assert (tally.year, tally.reference) == (2025, date(2025, 1, 16))


def test_the_published_totals_come_back_exactly(by_duckdb, made_up, tables):
    found, wanted = by_duckdb, made_up.totals
    own = {name: frame[frame["area_code"] == HALTON] for name, frame in tables.items() if "area_code" in frame}
    assert int(found["caseload"]["count"].iloc[0]) == 1712
    for name, period, columns in (
        ("placements", "2025-01-16", ["placement"]),
        ("plans_by_age", "2025-01-16", ["age"]),
        ("flows", "calendar year 2024", ["flow"]),
        ("timeliness", "calendar year 2024", ["exceptions", "time_taken"]),
    ):
        told = own[name][(own[name]["period"] == period) & (own[name]["count"] > 0)]
        assert +as_counter(found[name], *columns) == as_counter(told, *columns), name
    needs = own["plans_by_need"]
    needs = needs[(needs["period"] == "2025-01-16") & (needs["placement"] == "all") & (needs["count"] > 0)]
    every = found["plans_by_need"]
    assert +as_counter(every[every["placement"] == "all"], "need") == as_counter(needs, "need")
    both = every[every["placement"] != "all"]
    assert as_counter(both, "placement", "need") == Counter(wanted.placed)


SEN2_TABLES = ("caseload", "placements", "plans_by_need", "plans_by_age", "flows", "timeliness")


def loaded(folder: Path, made_up: Synthetic, place) -> dict[str, pd.DataFrame]:
    """What the project reads of a return that ``place`` puts into a folder of its inputs, and nothing else."""
    own = folder / "data" / "raw" / "own"
    own.mkdir(parents=True)
    shutil.copy(ROOT / "programme.toml", folder)
    shutil.copy(made_up.establishments, own)
    place(own)
    read = load(folder / "data" / "raw").tables
    assert not [name for name in read if name not in SEN2_TABLES and len(read[name])]
    return {name: read[name].drop(columns=["file", "source", "release"]) for name in SEN2_TABLES}


def sealed(own: Path, made_up: Synthetic, path: Path) -> None:
    """The return with the synthetic authority's source, made out for it."""
    words = (made_up.xml.parent / "sen2.source.toml").read_text(encoding="utf-8")
    sealed = words.replace(sha256_of(made_up.xml), sha256_of(path)).replace("sen2.xml", path.name)
    (own / "sen2.source.toml").write_text(sealed, encoding="utf-8")


@pytest.fixture(scope="module")
def from_xml(small: Synthetic, tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    def place(own: Path) -> None:
        sealed(own, small, Path(shutil.copy(small.xml, own)))

    return loaded(tmp_path_factory.mktemp("from-xml"), small, place)


@pytest.mark.parametrize("form", ["zip", *SERVERS])
def test_every_table_is_the_same_wherever_the_return_comes_from(form, from_xml, small, tmp_path, monkeypatch):
    if form == "zip":

        def place(own: Path) -> None:
            sealed(own, small, Path(shutil.make_archive(str(own / "sen2"), "zip", small.export)))

        found = loaded(tmp_path, small, place)
    else:
        with empty_database(form, tmp_path) as url:
            monkeypatch.setenv(VARIABLE, address(url))
            fill(url, small.export)
            found = loaded(tmp_path, small, lambda own: put_in(own, "sen2", queries(), "sen2"))
    for name, frame in from_xml.items():
        assert len(frame)
        assert_frame_equal(found[name], frame)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_counts_the_same(read, by_duckdb, made_up, engine):
    pytest.importorskip(engine)  # PySpark needs Java, and is an extra
    other = figures(records(read), made_up, engine)
    for name, frame in by_duckdb.items():
        columns = [column for column in frame.columns if column != "count"]
        assert as_counter(frame, *columns) == as_counter(other[name], *columns), (name, engine)


def test_an_engine_that_is_none_is_refused_with_those_that_are(tmp_path):
    with pytest.raises(ValueError, match="Use duckdb, pandas, polars or pyspark"):
        open_records(tmp_path, "excel")


def test_the_caseload_of_any_day_is_what_a_slow_count_gives(read, made_up):
    modules = open_records(records(read), "pandas")
    plan = modules["namedplan"].collect().to_pandas()
    for day in (date(2019, 3, 1), date(2023, 9, 1), date(2024, 6, 15), date(2025, 1, 16)):
        slowly = sum(
            start <= day and (pd.isna(cease) or cease >= day)
            for start, cease in zip(plan["startdate"], plan["ceasedate"], strict=True)
        )
        assert len(derive.caseload(modules, day).collect()) == slowly > 0


def test_timeliness_in_any_window_is_what_a_slow_count_gives(read, made_up):
    modules = open_records(records(read), "pandas")
    frames = {name: frame.collect().to_pandas() for name, frame in modules.items()}
    start, end = date(2024, 4, 1), date(2024, 9, 30)
    joined = (
        frames["namedplan"]
        .merge(frames["assessment"], on="assessmenttableid")
        .merge(frames["requests"], on="requeststableid")
    )
    slowly = Counter()
    for row in joined.itertuples():
        if start <= row.startdate <= end and row.assessmentmediation in ("0", None) and row.assessmenttribunal != "1":
            days = (row.startdate - row.receiveddate).days
            taken = "within 20 weeks" if days <= 140 else "20 to 52 weeks" if days <= 364 else "over 52 weeks"
            slowly[taken, row.week20 == "1"] += 1
    found = derive.timeliness(modules, start, end).collect().to_pandas()
    assert Counter(zip(found["time_taken"], found["exception"], strict=True)) == slowly
    assert sum(slowly.values()) > 50


# The same metrics


def test_the_metrics_of_a_return_are_those_of_the_release_of_the_same_day(made_up, data, tmp_path):
    """Put in beside the release, the synthetic return gives the release's own figures, by its own name."""
    from dbv_analysis.results.cache import assemble

    raw = tmp_path / "data" / "raw"
    shutil.copytree(data / "dfe-ehc-plans-2025", raw / "dfe-ehc-plans-2025")
    shutil.copy(ROOT / "programme.toml", tmp_path)
    (raw / "synthetic").mkdir()
    for path in (made_up.xml, made_up.xml.with_name("sen2.source.toml"), made_up.establishments):
        shutil.copy(path, raw / "synthetic")
    results = assemble(raw, "public").results
    days = [date(2025, 1, 16), date(2024, 12, 31)]
    own = results[(results["area_code"] == HALTON) & results["period_end"].isin(days)]
    key = ["metric_id", "breakdown_topic", "breakdown", "period_label"]
    mine = own[own["release"] == "synthetic-sen2-2025"].set_index(key)
    theirs = own[own["release"] != "synthetic-sen2-2025"].set_index(key)
    both = mine.join(theirs, rsuffix="_published", how="inner")
    assert len(both) > 30
    assert (both["value"].fillna(-1) == both["value_published"].fillna(-1)).all()
    assert (both["symbol"] == both["symbol_published"]).all()
    for path in (tmp_path / "data" / "processed").rglob("results*.parquet"):
        assert CANARY.encode() not in path.read_bytes()


# What is wrong in a return


def xml(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "sen2.xml"
    path.write_text(text, encoding="utf-8")
    return path


def rejects(folder: Path) -> list[dict[str, str]]:
    with (folder / REJECTS).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_row_that_cannot_be_read_is_rejected_with_its_reason_and_what_belongs_to_it(tmp_path):
    wrong = PERSON.replace("2024-02-01", "1 Feb 24")
    tally = read_xml(xml(tmp_path, HEAD + PERSON + wrong + TAIL), tmp_path / "out", SHOWN)
    assert tally.accepted == {"person": 2, "requests": 1, "assessment": 1, "namedplan": 1}
    assert tally.rejected == {"requests": 1, "assessment": 1, "namedplan": 1}
    assert [(row["module"], row["row"], row["reason"]) for row in rejects(tmp_path / "out")] == [
        ("requests", "2", "ReceivedDate is not a day, such as 2024-09-28"),
        ("assessment", "2", "its requests was rejected"),
        ("namedplan", "2", "its assessment was rejected"),
    ]
    assert json.loads(rejects(tmp_path / "out")[0]["cells"]) == {"receiveddate": "1 Feb 24"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<!DOCTYPE m [<!ENTITY a 'aaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" + HEAD + "&b;" + TAIL, "document type"),
        ('<!DOCTYPE m [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + HEAD + "&x;" + TAIL, "document type"),
        ('<!DOCTYPE m SYSTEM "http://127.0.0.1:9/x.dtd">' + HEAD + TAIL, "document type"),
        (HEAD + PERSON, "well-formed"),
        ("", "well-formed"),
        ("not xml", "well-formed"),
        (HEAD + "<Person>" * 400 + "</Person>" * 400 + TAIL, "well-formed"),
        (HEAD + "<Person>" + "<Requests/>" * (MOST_BYTES // 10) + "</Person>" + TAIL, "4 MB in one person"),
        ("<Message><Persons>" + PERSON + TAIL, "before a header"),
        ("<Message/>", "no header"),
        (HEAD.replace("2025</Year>", "1999</Year>") + TAIL, "1999"),
        (HEAD.replace("2025-01-16", "January") + TAIL, "cannot be read"),
    ],
)
def test_what_is_no_return_is_refused_in_words_and_leaves_nothing_behind(tmp_path, text, words):
    with pytest.raises(DataProblems, match=words) as raised:
        read_xml(xml(tmp_path, text), tmp_path / "out", SHOWN)
    assert "passwd" not in str(raised.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "sen2.xml"]


def test_an_element_that_the_guide_does_not_list_is_named_and_costs_no_row(tmp_path):
    new = PERSON.replace("<Surname>", "<Colour>blue</Colour><Surname>")
    tally = read_xml(xml(tmp_path, HEAD + new + TAIL), tmp_path / "out", SHOWN)
    assert tally.accepted["person"] == 1
    assert tally.notes == [f"{SHOWN}: Person/Colour is not in the guide of 2025 as listed here, and is not read."]


def test_the_field_of_an_older_guide_takes_the_place_of_todays():
    older, newer = ({field.name: field.column for field in fields.modules(year)[0].fields} for year in (2023, 2025))
    assert older["GenderCurrent"] == newer["Sex"] == "sex"
    assert "Sex" not in older
    with pytest.raises(ValueError, match="2031 are not listed"):
        fields.modules(2031)


def changed_export(made_up: Synthetic, tmp_path: Path, part: str, change) -> Path:
    folder = Path(shutil.copytree(made_up.export, tmp_path / "export"))
    (path,) = folder.glob(f"*_{part}.csv")
    path.write_bytes(change(path.read_bytes()))
    return folder


def test_a_column_that_was_renamed_is_named_with_the_name_that_it_may_have_now(made_up, tmp_path):
    folder = changed_export(made_up, tmp_path, "requests", lambda text: text.replace(b"receiveddate", b"recieveddate"))
    with pytest.raises(DataProblems, match=r'no column "receiveddate". Did you mean "recieveddate"'):
        read_export(folder, tmp_path / "out", "export")


def test_a_new_column_is_noted_and_costs_no_row(made_up, tmp_path):
    def widen(text: bytes) -> bytes:
        head, _, rest = text.partition(b"\n")
        return head + b",colour\n" + rest.replace(b"\n", b",blue\n")

    tally = read_export(changed_export(made_up, tmp_path, "person", widen), tmp_path / "out", "export")
    assert not tally.rejected
    assert "colour is not in the guide" in tally.notes[0]


def test_rows_with_wrong_keys_or_cells_are_rejected_and_every_row_is_accounted_for(made_up, tmp_path):
    def spoil(text: bytes) -> bytes:
        lines = text.splitlines()
        lines[2] = lines[2] + b",one more"
        lines[3] = b"," + lines[3].partition(b",")[2]
        lines[5] = lines[4]
        return b"\n".join(lines) + b"\n"

    tally = read_export(changed_export(made_up, tmp_path, "person", spoil), tmp_path / "out", "export")
    reasons = [row["reason"] for row in rejects(tmp_path / "out") if row["module"] == "person"]
    assert reasons == ["has 11 cells, the header 10", "persontableid is empty", "persontableid was used before"]
    assert tally.rejected["requests"] >= 2
    for name, seen in tally.seen.items():
        assert seen == tally.accepted[name] + tally.rejected[name]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_an_export_in_the_encodings_that_councils_use_is_read(made_up, tmp_path, encoding):
    def accented(text: bytes) -> bytes:
        return text.decode().replace("Synthetic Canary", "Zoë Canary").encode(encoding)

    folder = changed_export(made_up, tmp_path, "person", accented)
    read_export(folder, tmp_path / "out", "export")
    people_ = open_records(tmp_path / "out", "pandas")["person"].collect().to_pandas()
    assert set(people_["forename"]) == {"Zoë Canary"}


def test_an_export_that_lacks_a_file_or_is_cut_short_is_refused_in_words(made_up, tmp_path):
    folder = Path(shutil.copytree(made_up.export, tmp_path / "export"))
    next(folder.glob("*_senneed.csv")).unlink()
    with pytest.raises(DataProblems, match=r"no file that ends in _senneed.csv"):
        read_export(folder, tmp_path / "out", "export")
    whole = Path(shutil.make_archive(str(tmp_path / "whole"), "zip", made_up.export))
    whole.write_bytes(whole.read_bytes()[:5000])
    with pytest.raises(DataProblems, match="is damaged"):
        read_export(whole, tmp_path / "out", "export.zip")


def test_an_archive_whose_files_are_all_damaged_is_one_problem(made_up, tmp_path):
    archive = Path(shutil.make_archive(str(tmp_path / "export"), "zip", made_up.export))
    with zipfile.ZipFile(archive) as whole:
        places = [one.header_offset for one in whole.infolist() if "_sen2." not in one.filename and not one.is_dir()]
    packed = bytearray(archive.read_bytes())
    for place in places:
        packed[place + 90 : place + 110] = b"\xff" * 20  # beyond the name, inside what is packed
    archive.write_bytes(packed)
    with pytest.raises(DataProblems, match="is damaged") as raised:
        read_export(archive, tmp_path / "out", "export.zip")
    assert len(raised.value.problems) == 1


def test_a_full_disk_is_not_called_a_damaged_export(made_up, tmp_path, monkeypatch):
    def full(*given, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dbv_analysis.inputs.records.store.pq.ParquetWriter", full)
    with pytest.raises(OSError, match="No space left"):
        read_export(made_up.export, tmp_path / "out", "export")
    assert not list((tmp_path / "out").iterdir())


# The synthetic authority


def test_another_number_of_plans_keeps_the_proportions(small, tmp_path):
    tally = read_xml(small.xml, tmp_path / "out", "sen2.xml")
    assert not tally.rejected
    found = figures(tmp_path / "out", small)
    assert int(found["caseload"]["count"].iloc[0]) == 200 == small.totals.plans
    flows = as_counter(found["flows"], "flow")
    assert {name: flows[name,] for name in small.totals.flows} == small.totals.flows


def test_the_same_seed_makes_the_same_files_and_another_makes_others(tables, data, tmp_path):
    first, again, other = (
        authority(tables, data, tmp_path / name, plans=60, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first.xml.read_bytes() == again.xml.read_bytes()
    assert first.xml.read_bytes() != other.xml.read_bytes()


def test_every_name_and_upn_is_a_canary(made_up):
    for _, element in etree.iterparse(str(made_up.xml), tag="Person"):
        assert element.findtext("Surname").startswith(CANARY)
        assert element.findtext("UPN").startswith(CANARY)


def test_nothing_is_written_over(data, tmp_path):
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(CallProblem, match="is not empty"):
        synthesise(data, tmp_path)


def test_a_plan_has_one_placement_of_lowest_rank_whatever_stands_beside_it(made_up, tmp_path):
    read_xml(made_up.xml, tmp_path / "out", "sen2.xml")
    modules = open_records(with_establishments(tmp_path / "out", made_up), "pandas")
    now = derive.placements(modules, made_up.totals.reference).collect().to_pandas()
    assert now["namedplantableid"].is_unique
    assert len(now) == made_up.totals.plans
    before = derive.placements(modules, made_up.totals.reference - timedelta(days=2_000)).collect().to_pandas()
    assert set(before["placement"]) <= {"other_placement_settings", "placement_unknown"}
