"""Rows from a database: what is read, what is refused, in which words, and what is never said."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from dbv_analysis.inputs.attendance.read import read_register
from dbv_analysis.inputs.database import read
from dbv_analysis.inputs.database.queries import read_queries
from dbv_analysis.inputs.database.read import as_text, asked, read_receipt, receipt_of
from dbv_analysis.inputs.load import load
from dbv_analysis.inputs.records import CANARY
from dbv_analysis.inputs.records.store import REJECTS
from dbv_analysis.inputs.sen2.read_export import read_queried
from dbv_analysis.model.problems import DataProblems
from dbv_analysis.results.cache import digest, receipts
from tests.conftest import HALTON, ROOT
from tests.inputs.attendance.test_read import as_wide, marks_of
from tests.inputs.database.databases import SERVERS, VARIABLE, address, empty_database, fill, put_in, queries, table_of

SHOWN = "data/raw/own/cases.sql"
PASSWORD = "tell-nobody"
FLOWS = """SELECT 'E06000006' AS area_code, 'Halton' AS area_name, 'Local authority' AS geographic_level,
  'calendar year 2022' AS period, flow, number AS count FROM flows"""


@pytest.fixture(params=SERVERS)
def cases(request, tmp_path: Path, monkeypatch) -> sa.URL:
    """An empty database, which the environment's variable names."""
    with empty_database(request.param, tmp_path) as url:
        monkeypatch.setenv(VARIABLE, address(url))
        yield url


def project(tmp_path: Path) -> Path:
    """The folder of one source of a project that holds no other."""
    shutil.copy(ROOT / "programme.toml", tmp_path)
    own = tmp_path / "data" / "raw" / "own"
    own.mkdir(parents=True)
    return own


def sql(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "cases.sql"
    path.write_text(text, encoding="utf-8")
    return path


def rows_of(path: Path, folder: Path) -> list[list[str]]:
    with asked(read_queries(path, SHOWN), VARIABLE, SHOWN, receipt_of(path, folder)) as found:
        return list(found[""].headed_rows()[1])


def refusal(path: Path, folder: Path) -> str:
    with pytest.raises(DataProblems) as raised:
        rows_of(path, folder)
    return str(raised.value)


# Values


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (True, "1"),
        (False, "0"),
        (7, "7"),
        (7.0, "7"),
        (0.25, "0.25"),
        (Decimal("900001"), "900001"),
        (Decimal("1E+3"), "1000"),
        (Decimal("12.50"), "12.50"),
        (b"\x0a\xff", "0aff"),
        (memoryview(b"\x0a\xff"), "0aff"),
        (date(2024, 9, 28), "2024-09-28"),
        (datetime(2024, 9, 28), "2024-09-28"),
        (datetime(2024, 9, 28, 10, 30), "2024-09-28 10:30:00"),
    ],
)
def test_a_value_is_the_text_that_an_export_has(value, text):
    assert as_text(value) == text


def test_a_number_that_is_none_is_no_number():
    assert as_text(float("nan")) == "nan"
    assert as_text(Decimal("Infinity")) == "Infinity"


def test_signs_of_a_query_are_what_they_are(cases, tmp_path):
    """A colon, a % and a semicolon in a text are no parameters, and end nothing."""
    path = sql(tmp_path, "SELECT ':name %s; 5%' AS said -- a remark; with a semicolon\n;\n-- the end")
    assert rows_of(path, tmp_path) == [[":name %s; 5%"]]


# A return


def test_a_day_that_is_none_is_a_listed_reject_and_so_is_what_belongs_to_it(cases, made_up, tmp_path):
    def spoil(folder: Path) -> Path:
        shutil.copytree(made_up.export, folder)
        (path,) = folder.glob("*_requests.csv")
        head, first, rest = path.read_text(encoding="utf-8").split("\n", 2)
        cells = dict(zip(head.split(","), first.split(","), strict=True)) | {"receiveddate": "31 Feb 2024"}
        path.write_text("\n".join([head, ",".join(cells.values()), rest]), encoding="utf-8")
        return folder

    fill(cases, spoil(tmp_path / "export"), texts=("receiveddate",))
    tally = read_queried(sql(tmp_path, queries()), tmp_path / "out", SHOWN, VARIABLE)
    rejected = pd.read_csv(tmp_path / "out" / REJECTS, dtype=str)
    first = rejected.iloc[0]
    assert (first["module"], first["row"]) == ("requests", "1")
    assert first["reason"] == "ReceivedDate is not a day, such as 2024-09-28"
    assert json.loads(first["cells"])["receiveddate"] == "31 Feb 2024"
    assert "its requests was rejected" in set(rejected["reason"])
    assert tally.rejected["requests"] == 1
    assert len(rejected) == sum(tally.rejected.values())
    for name, seen in tally.seen.items():
        assert seen == tally.accepted[name] + tally.rejected[name]


def test_what_a_file_of_queries_lacks_is_said_all_at_once(cases, made_up, tmp_path):
    fill(cases, made_up.export)
    text = queries().replace("-- name: senneed", "-- name: senneeds").replace("-- name: person\n", "-- name: Person\n")
    with pytest.raises(DataProblems) as raised:
        read_queried(sql(tmp_path, text), tmp_path / "out", SHOWN, VARIABLE)
    assert [problem.what for problem in raised.value.problems] == [
        'has a query named "senneeds", which is no module.',
        "has no query named senneed.",
    ]
    assert 'Did you mean "senneed"?' in str(raised.value)
    text = queries().replace("receiveddate,", "").replace("FROM cs_senneed", "FROM cs_need")
    text = text.replace("upn, ", "upn AS nupn, ").replace("FROM cs_activeplans", "FORM cs_activeplans")
    with pytest.raises(DataProblems) as raised:
        read_queried(sql(tmp_path, text), tmp_path / "out", SHOWN, VARIABLE)
    told = str(raised.value)
    assert len(raised.value.problems) == 4
    assert f'{SHOWN}, query requests, column receiveddate: has no column "receiveddate".' in told
    assert f'{SHOWN}, query person, column upn: has no column "upn". Did you mean "nupn"?' in told
    assert "query senneed: the database says:" in told
    assert "cs_need" in told
    assert "query activeplans: the database says:" in told
    assert not (tmp_path / "out").exists()


# Tables and registers


def test_a_tidy_table_comes_from_a_query_and_what_is_wrong_in_it_has_its_place(cases, tmp_path):
    own = project(tmp_path)
    table_of(cases, "flows", {"flow": sa.Text, "number": sa.Numeric(6, 0)}, [("requests", 383), ("new plans", 270)])
    put_in(own, "flows", FLOWS, "tidy", more='table = "flows"\n')
    found = load(own.parent)
    assert Counter(zip(found.tables["flows"]["flow"], found.tables["flows"]["count"], strict=True)) == Counter(
        {("requests", 383.0): 1, ("new plans", 270.0): 1}
    )
    assert set(found.tables["flows"]["area_code"]) == {HALTON}
    put_in(own, "flows", FLOWS.replace("number", "flow"), "tidy", more='table = "flows"\n')
    with pytest.raises(DataProblems, match=r'flows.sql, row 2, column count: "\w+ ?\w*" is not a number'):
        load(own.parent)
    put_in(own, "flows", f"{FLOWS} WHERE number < 0", "tidy", more='table = "flows"\n')
    with pytest.raises(DataProblems, match="gives no row"):
        load(own.parent)


@pytest.mark.parametrize("layout", ["long", "wide"])
def test_a_register_of_thousands_of_marks_comes_from_a_query(cases, layout, tmp_path):
    rows = marks_of(1, pupils=90)
    assert len(rows) > 3000
    if layout == "long":
        kinds = {"pupil": sa.Text, "school": sa.Integer, "date": sa.Date, "session": sa.Text, "code": sa.Text}
        table_of(cases, "marks", kinds, rows)
    else:
        wide = as_wide(rows)
        table_of(cases, "marks", dict.fromkeys(wide, sa.Text), list(wide.itertuples(index=False, name=None)))
    path = sql(tmp_path, "SELECT * FROM marks")
    told = read_register(path, tmp_path / "out", SHOWN, VARIABLE)
    assert (told.seen, told.accepted, told.rejected) == (len(rows), len(rows), 0)
    kept = pd.read_parquet(tmp_path / "out" / "marks.parquet")
    kept["date"] = pd.to_datetime(kept["date"]).dt.date
    assert Counter(kept[["pupil", "school", "date", "session", "code"]].itertuples(index=False, name=None)) == Counter(
        rows
    )


def test_a_register_that_lacks_a_column_is_refused_and_one_without_rows_is_empty(cases, tmp_path):
    table_of(cases, "marks", dict.fromkeys(("pupil", "school", "date", "session", "code"), sa.Text), [])
    assert read_register(sql(tmp_path, "SELECT * FROM marks"), tmp_path / "out", SHOWN, VARIABLE).seen == 0
    path = sql(tmp_path, "SELECT pupil, school, date, code FROM marks")
    with pytest.raises(DataProblems, match='no column "session"'):
        read_register(path, tmp_path / "out", SHOWN, VARIABLE)


def test_rows_come_before_the_query_has_ended(cases, tmp_path, monkeypatch):
    monkeypatch.setattr(read, "BATCH", 100)
    table_of(cases, "numbers", {"n": sa.Integer}, [(n,) for n in range(1, 2001)])
    stops = "abs(-9223372036854775807 - 1)" if cases.get_backend_name() == "sqlite" else "1 / (n - 1500)"
    path, came = sql(tmp_path, f"SELECT CASE WHEN n = 1500 THEN {stops} ELSE n END AS a FROM numbers"), []
    with (
        pytest.raises(DataProblems, match="the database stopped while its rows were read"),
        asked(read_queries(path, SHOWN), VARIABLE, SHOWN, receipt_of(path, tmp_path)) as found,
    ):
        came.extend(found[""].headed_rows()[1])
    assert len(came) >= 1400
    assert read_receipt(receipt_of(path, tmp_path)) is None


def test_memory_does_not_grow_with_the_rows(cases, tmp_path, monkeypatch):
    """Ten times the rows take no more of it: they come a batch at a time, and are gone when they have been written."""
    monkeypatch.setattr(read, "BATCH", 200)
    counted = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {}) SELECT n, {} AS a FROM n"

    def peak(number: int) -> int:
        path = sql(tmp_path, counted.format(number, "'" + "x" * 1000 + "'"))
        with asked(read_queries(path, SHOWN), VARIABLE, SHOWN, receipt_of(path, tmp_path)) as found:
            tracemalloc.start()
            read.to_parquet(found[""], tmp_path / "rows.parquet")
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    peak(100)  # what is imported at the first time
    assert peak(10_000) < 2 * peak(1_000)


# What is refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("INSERT INTO flows VALUES (1)", "does not begin with SELECT or WITH"),
        ("/* SELECT */ DELETE FROM flows", "does not begin with SELECT or WITH"),
        ("-- SELECT\nUPDATE flows SET number = 1", "does not begin with SELECT or WITH"),
        ("SELECT 1; DROP TABLE flows", "more than one statement"),
        ("SELECT 1; -- DROP\n SELECT 2", "more than one statement"),
        ("WITH gone AS (DELETE FROM flows RETURNING *) SELECT * FROM gone", "the word DELETE"),
        ("SELECT * INTO copied FROM flows", "the word INTO"),
        ("SELECT * FROM flows FOR UPDATE", "the word UPDATE"),
        ("", "is empty"),
        ("-- nothing but a remark\n;", "is empty"),
        ("-- name: one\nSELECT 1\n-- name: One\nSELECT 2", 'two queries named "one"'),
        ("SELECT 1\n-- name: one\nSELECT 2", "a statement above its first name"),
    ],
)
def test_a_statement_that_does_more_than_read_is_refused_before_a_database_is_asked(text, words, tmp_path):
    with pytest.raises(DataProblems, match=words):
        read_queries(sql(tmp_path, text), SHOWN)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'delete; update' AS \"insert;\" FROM flows;",
        "(SELECT 1 AS a) UNION (SELECT 2)",
        "/* update it; later */ WITH a AS (SELECT 1 AS b) SELECT * FROM a -- drop; the rest\n",
        "SELECT updated_at, [merge], `call` FROM deleted_cases;\n\n",
    ],
)
def test_a_word_in_quotation_marks_a_remark_or_a_longer_name_changes_nothing(text, tmp_path):
    assert read_queries(sql(tmp_path, text), SHOWN)[""].startswith(text.rstrip()[:20])


def test_a_file_of_one_table_holds_one_query_in_utf8(tmp_path):
    with pytest.raises(DataProblems, match="holds 2 queries"):
        read_register(sql(tmp_path, "-- name: a\nSELECT 1\n-- name: b\nSELECT 2"), tmp_path, SHOWN, VARIABLE)
    path = tmp_path / "cases.sql"
    path.write_bytes("SELECT 'é'".encode("utf-16"))
    with pytest.raises(DataProblems, match="not in UTF-8"):
        read_queries(path, SHOWN)


def test_the_transaction_itself_only_reads(cases, tmp_path):
    """Though the text of a statement were not looked at, the database would refuse it, and nothing is changed."""
    table_of(cases, "flows", {"flow": sa.Text}, [("requests",)])
    statements = ["INSERT INTO flows VALUES ('more')", "DELETE FROM flows", "CREATE TABLE more (a int)"]
    if cases.get_backend_name() == "postgresql":  # what its cursor lets through
        with sa.create_engine(cases, poolclass=sa.NullPool).begin() as connection:
            connection.exec_driver_sql("CREATE SEQUENCE numbers")
        statements.append("SELECT nextval('numbers') AS number")
    for statement in statements:
        with (
            pytest.raises(DataProblems, match="the database"),
            asked({"": statement}, VARIABLE, SHOWN, tmp_path / "receipt") as found,
        ):
            list(found[""].headed_rows()[1])
    assert rows_of(sql(tmp_path, "SELECT * FROM flows"), tmp_path) == [["requests"]]


def test_a_query_with_two_columns_of_one_name_is_refused(cases, tmp_path):
    told = refusal(sql(tmp_path, "SELECT 1 AS a, 2 AS b, 3 AS A"), tmp_path)
    assert told.startswith(f"{SHOWN}: it gives two columns of one name: a.")


def test_a_query_sees_one_state_of_the_data_however_long_the_others_take(cases, tmp_path):
    if cases.get_backend_name() == "sqlite":
        pytest.skip("SQLite's readers hold no state between two queries")
    table_of(cases, "flows", {"flow": sa.Text}, [("requests",)])
    both = {"a": "SELECT flow FROM flows", "b": "SELECT flow FROM flows ORDER BY 1"}
    with asked(both, VARIABLE, SHOWN, tmp_path / "receipt") as found:
        before = list(found["a"].headed_rows()[1])
        with sa.create_engine(cases, poolclass=sa.NullPool).begin() as connection:
            connection.exec_driver_sql("INSERT INTO flows VALUES ('new plans')")
        assert list(found["b"].headed_rows()[1]) == before


# What a message says, and what it does not


def test_a_row_that_the_database_cannot_give_is_not_shown(cases, tmp_path):
    """A cell that is no number stops PostgreSQL, whose own words hold the cell."""
    if cases.get_backend_name() == "sqlite":
        pytest.skip("SQLite stops at no cell")
    table_of(cases, "people", {"name": sa.Text}, [("1",), (f"{CANARY} O'Brien",)])
    told = refusal(sql(tmp_path, "SELECT CAST(name AS integer) AS number FROM people"), tmp_path)
    assert told.startswith(f"{SHOWN}: the database stopped while its rows were read (DataError, 22P02).")
    told = refusal(sql(tmp_path, f"SELECT CAST('{CANARY}' AS integer) AS number"), tmp_path)
    assert "(DataError, 22P02)" in told
    assert CANARY not in told


def test_words_that_may_be_from_a_row_are_cut_off():
    error = sa.exc.ProgrammingError("", {}, Exception('column "upn" clashes with "O\'Brien, CANARY" in a row'))
    assert read._in_words(error, "SELECT upn") == 'the database says: column "upn" clashes with …'


def test_a_password_is_in_no_message(tmp_path, monkeypatch):
    path = sql(tmp_path, "SELECT 1 AS a")
    monkeypatch.delenv(VARIABLE, raising=False)
    assert f"the environment variable {VARIABLE} is not set" in refusal(path, tmp_path)
    for value, words in (
        (f"postgresql+psycopg://me:{PASSWORD}@127.0.0.1:9/cases?connect_timeout=2", "cannot be reached"),
        (f"sqlite:////no/such/folder/{PASSWORD}.db", "cannot be reached"),
        (f"postgresql://me:{PASSWORD}@host:port/cases", "is not a database's address"),
        (f"nosuch://me:{PASSWORD}@host/cases", "is not a database's address"),
        (f"{PASSWORD}", "is not a database's address"),
        (f"mssql+pymssql://me:{PASSWORD}@host/cases", "there is no module pymssql"),
    ):
        monkeypatch.setenv(VARIABLE, value)
        told = refusal(path, tmp_path)
        assert words in told
        assert VARIABLE in told
        assert PASSWORD not in told
        assert "127.0.0.1" not in told


def test_a_wrong_password_is_refused_by_the_server_and_not_repeated(cases, tmp_path, monkeypatch):
    if cases.get_backend_name() == "sqlite":
        pytest.skip("SQLite has no passwords")
    monkeypatch.setenv(VARIABLE, address(cases.set(password=PASSWORD)))
    told = refusal(sql(tmp_path, "SELECT 1 AS a"), tmp_path)
    assert "refuses the name or the password" in told
    assert PASSWORD not in told


def test_an_address_in_the_source_is_refused_and_not_repeated(tmp_path):
    own = project(tmp_path)
    put_in(own, "flows", FLOWS, "tidy", f"postgresql://me:{PASSWORD}@host/cases", 'table = "flows"\n')
    with pytest.raises(DataProblems) as raised:
        load(own.parent)
    told = str(raised.value)
    assert "database is not the name of an environment variable, such as DBV_DATABASE." in told
    assert PASSWORD not in told


def test_a_source_names_a_database_where_its_file_is_a_query_and_nowhere_else(tmp_path):
    own = project(tmp_path)
    path = put_in(own, "flows", FLOWS, "ees")
    with pytest.raises(DataProblems, match=r'cannot be a query: format = "ees" is a file. Use tidy'):
        load(own.parent)
    sidecar = own / "flows.source.toml"
    words = sidecar.read_text(encoding="utf-8")
    sidecar.write_text(words.replace(f'database = "{VARIABLE}"\n', ""), encoding="utf-8")
    with pytest.raises(DataProblems, match="database is missing"):
        load(own.parent)
    sidecar.write_text(words.replace("flows.sql", "flows.csv"), encoding="utf-8")
    path.rename(path.with_suffix(".csv"))
    with pytest.raises(DataProblems, match=r"database goes only with a file that ends in .sql"):
        load(own.parent)


def test_without_the_extra_it_is_said_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, "sqlite://")
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert refusal(sql(tmp_path, "SELECT 1 AS a"), tmp_path).endswith('python -m pip install -e ".[database]"')


# What came back


def test_what_came_back_is_written_down_with_a_sum_that_no_order_changes(cases, tmp_path):
    table_of(cases, "flows", {"flow": sa.Text, "number": sa.Integer}, [("requests", 383), ("new plans", 270)])

    def receipt(text: str) -> read.Receipt:
        path = sql(tmp_path, text)
        rows_of(path, tmp_path)
        return read_receipt(receipt_of(path, tmp_path))

    begun = datetime.now().astimezone()
    first = receipt("SELECT * FROM flows ORDER BY number")
    assert (first.database, first.rows) == (VARIABLE, 2)
    assert abs(datetime.fromisoformat(first.queried) - begun).total_seconds() < 60
    assert first.queried.endswith("+00:00")
    assert receipt("SELECT * FROM flows ORDER BY number DESC").sha256 == first.sha256
    assert receipt("SELECT flow, number + 1 AS number FROM flows").sha256 != first.sha256
    assert receipt("SELECT * FROM flows UNION ALL SELECT * FROM flows").sha256 != first.sha256


@pytest.fixture
def flows_of_a_database(tmp_path, monkeypatch) -> Iterator[tuple[Path, Callable[[int], None]]]:
    """The inputs of a project whose flows come from a database, and a way to change a number there."""
    own = project(tmp_path)
    put_in(own, "flows", FLOWS, "tidy", more='table = "flows"\n')
    with empty_database("sqlite", tmp_path) as url:
        monkeypatch.setenv(VARIABLE, address(url))
        table_of(url, "flows", {"flow": sa.Text, "number": sa.Integer}, [("requests", 383), ("new plans", 270)])

        def change(number: int) -> None:
            with sa.create_engine(url).begin() as connection:
                connection.exec_driver_sql(f"UPDATE flows SET number = {number} WHERE flow = 'requests'")

        yield own.parent, change


def test_it_is_said_when_the_database_was_asked_and_whether_the_rows_are_those_of_the_time_before(flows_of_a_database):
    raw, change = flows_of_a_database
    (first,), (second,) = load(raw).notes, load(raw).notes
    change(384)
    (third,) = load(raw).notes
    assert re.fullmatch(r".*/own/flows.sql was queried at 20\S+\+00:00: 2 rows, sha256 [0-9a-f]{64}\.", first)
    assert ", the same as of 20" in second
    assert ", not those of 20" in third


def test_kept_results_go_out_of_date_once_the_rows_are_others(flows_of_a_database):
    """They are kept under a fingerprint of all that they follow from."""
    raw, change = flows_of_a_database
    prints = []
    for number in (383, 383, 384):
        change(number)
        load(raw)
        prints.append(digest(raw, "public"))
    assert prints[0] == prints[1] != prints[2]


def test_what_came_back_is_known_by_the_file_as_the_manifest_names_it(flows_of_a_database):
    raw, _ = flows_of_a_database
    source = load(raw).sources[0].model_copy(update={"file": "own/flows.sql"})
    ((file, receipt),) = receipts(raw, [source]).items()
    assert (file, receipt.database, receipt.rows) == ("own/flows.sql", VARIABLE, 2)
