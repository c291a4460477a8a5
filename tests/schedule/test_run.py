"""The run that a schedule calls: which quarter, at what cost, with which status, and what it says to whom."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from dbv_analysis.model.pack import section_order
from dbv_analysis.model.settings import load_programme
from dbv_analysis.model.source import sha256_of
from dbv_analysis.pages.reconciliation import RECONCILIATION
from dbv_analysis.pages.summary import SUMMARY
from dbv_analysis.publish import manifest
from dbv_analysis.publish.notebooks import notebook_of
from dbv_analysis.results import cache
from dbv_analysis.schedule import run_due, run_in_subprocess
from dbv_analysis.schedule.due import due, is_up_to_date
from dbv_analysis.schedule.outcome import FAILED, PUBLISHED, REFUSED, UNCHANGED, outcome_of
from tests.conftest import QUARTER
from tests.publish.conftest import Said
from tests.publish.made_up import seal_as_a_pack
from tests.schedule.conftest import PASSWORD, Inbox
from tests.shipped import METRICS

Command = Callable[..., Said]
Serve = Callable[..., dict[str, str]]
posix_signals = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

# What stands in for a run of minutes: each ends as a real one may.
SAYS = {
    "problems": (
        1,
        ["Warning: a has changed.", "a.csv, row 2, column percent: holds SECRET-7. x", "b.csv: is empty. y"],
    ),
    "call": (2, ["Another run is under way in outputs."]),
    "notebook": (3, ["Plans: done", "notebooks/plans.ipynb failed in cell 3, “SECRET-7”, with ValueError."]),
    "refused": (4, ["plans.html: SECRET-7"]),
}


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch, project: Path) -> Callable[..., list[list[str]]]:
    """Have runs say lines and end with a status, or publish; and what they were called with."""
    called = []

    def choose(status: int = 0, lines: list[str] = (), publish: Callable[[], None] = lambda: None) -> list[list[str]]:
        really = run_in_subprocess._run

        def run(command: list[str], quiet: bool) -> tuple[int, list[str]]:
            called.append(command[3:])
            publish()
            script = f"import sys; [print(line, file=sys.stderr) for line in {list(lines)!r}]; sys.exit({status})"
            return really([sys.executable, "-c", script], quiet)

        monkeypatch.setattr(run_in_subprocess, "_run", run)
        return called

    return choose


def publish(project: Path, profile: str = "public", quarter: str = QUARTER, without: str = "") -> Path:
    """A published pack of one page, as far as its manifest tells."""
    folder = project / "outputs" / quarter
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<p>A page.</p>", encoding="utf-8")
    sections = section_order(metric.section for metric in METRICS.values())
    held = [SUMMARY, *(name for name in sections if name != without), RECONCILIATION]
    seal_as_a_pack(
        folder,
        as_at="2024-09-26",
        profile=profile,
        notebooks={name: sha256_of(notebook_of(project / "notebooks", name)) for name in held},
        fingerprint=cache.digest(project / "data" / "raw", profile),
    )
    return folder


def with_quarters(project: Path, **cut_offs: str) -> None:
    """Settings with these quarters alone, such as ``q1="2024-25-Q1 2024-07-20"``."""
    settings = (project / "programme.toml").read_text(encoding="utf-8")
    before, _, after = settings.partition('[quarters."2024-25-Q2"]')
    entries = "".join(
        f'[quarters."{quarter}"]\ncut_off = {day}\n\n' for quarter, day in map(str.split, cut_offs.values())
    )
    (project / "programme.toml").write_text(f"{before}{entries}{after[after.index('# The public profile') :]}", "utf-8")


BOTH = {"second": "2024-25-Q2 2024-10-20", "first": "2024-25-Q1 2024-07-20"}
NO_ENTRY = "no entry for 2024-25-Q3, which began on 2024-10-01. Begin it: dbv new-quarter"


@pytest.mark.parametrize(
    ("quarters", "today", "quarter", "following"),
    [
        (BOTH, "2024-07-20", None, "cut-off of 2024-25-Q1 is 2024-07-20"),
        (BOTH, "2024-07-21", "2024-25-Q1", "cut-off of 2024-25-Q2 is 2024-10-20"),
        (BOTH, "2024-10-20", "2024-25-Q1", "cut-off of 2024-25-Q2 is 2024-10-20"),
        (BOTH, "2024-10-21", "2024-25-Q2", NO_ENTRY),
        (BOTH, "2026-01-01", "2024-25-Q2", "dbv new-quarter 2024-25-Q3"),
        ({"first": "2024-25-Q2 2024-09-20"}, "2024-09-25", "2024-25-Q2", "2024-25-Q3 begins on 2024-10-01. B"),
    ],
)
def test_the_newest_quarter_whose_cut_off_is_over_is_due(
    project: Path, quarters: dict[str, str], today: str, quarter: str | None, following: str
):
    with_quarters(project, **quarters)
    found = due(load_programme(project / "data" / "raw"), date.fromisoformat(today))
    assert (found.quarter and str(found.quarter), following in found.next) == (quarter, True)


def test_where_no_quarter_is_due_it_says_so_and_runs_nothing(command: Command, project: Path, ends):
    with_quarters(project, far="2124-25-Q1 2124-07-20")
    called = ends(1)
    done = command("schedule", "run")
    assert (done.status, done.out, called) == (0, "", [])
    assert done.err == "No quarter is due. The cut-off of 2124-25-Q1 is 2124-07-20; its pack is made after that day.\n"
    assert command("schedule", "run", "--quiet") == Said(0, "", "")


def test_a_pack_that_is_missing_is_made_and_its_page_named(command: Command, project: Path, ends):
    called = ends(publish=lambda: publish(project))
    done = command("schedule", "run", "--quiet")
    assert (done.status, Path(done.out.strip())) == (0, Path("outputs", QUARTER, "index.html"))
    assert done.err.startswith("The pack for 2024-25-Q2 was published. programme.toml has no entry for 2024-25-Q3")
    assert called == [["run", QUARTER, "--data", str(Path("data/raw")), "--out", "outputs", "--profile", "public"]]


def test_a_pack_that_stands_is_left_alone_in_no_time(command: Command, project: Path, ends):
    publish(project)
    called = ends(1)
    began = time.monotonic()
    done = command("schedule", "run")
    assert time.monotonic() - began < 5
    assert (done.status, done.out, called) == (0, "", [])
    assert "is up to date, and was left as it is" in done.err
    assert command("schedule", "run", "--quiet") == Said(0, "", "")


def rewrite(path: str, change: Callable[[str], str]) -> Callable[[Path], object]:
    """Change a file of the project, or write one."""

    def spoil(project: Path) -> None:
        file = project / path
        file.write_text(change(file.read_text(encoding="utf-8") if file.is_file() else ""), encoding="utf-8")

    return spoil


SPOILT = {
    "an input": rewrite("data/raw/new.csv", lambda text: "a\n1\n"),
    "a page": rewrite(f"outputs/{QUARTER}/index.html", lambda text: "changed"),
    "the cut-off": rewrite("programme.toml", lambda text: text.replace("2024-09-26", "2024-09-27")),
    "a notebook": rewrite("notebooks/plans.ipynb", lambda text: f"{text}\n"),
    "the summary": rewrite("notebooks/board_summary.ipynb", lambda text: f"{text}\n"),
    "the sections": lambda project: publish(project, without="Plans"),
    "the manifest": rewrite(f"outputs/{QUARTER}/{manifest.NAME}", lambda text: "{"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_a_pack_is_run_again_where_anything_behind_it_changed(project: Path, spoil: Callable[[Path], None]):
    def stands() -> bool:
        data = project / "data" / "raw"
        programme = load_programme(data)
        quarter = due(programme, date(2025, 1, 1)).quarter
        return is_up_to_date(quarter, programme, data, project / "outputs", "public")

    assert not stands()
    publish(project)
    assert stands()
    spoil(project)
    assert not stands()


def test_a_pack_of_the_other_profile_is_not_the_one_that_is_due(command: Command, project: Path, ends):
    publish(project, "controlled")
    called = ends(2)
    assert command("schedule", "run").status == 2
    assert len(called) == 1


@pytest.mark.parametrize("kind", SAYS)
def test_a_run_that_fails_gives_its_status_and_only_the_loud_one_its_words(command: Command, ends, kind: str):
    status, lines = SAYS[kind]
    ends(status, lines)
    loud, quiet = command("schedule", "run"), command("schedule", "run", "--quiet")
    assert (loud.status, quiet.status, loud.out, quiet.out) == (status, status, "", "")
    assert loud.err.startswith("\n".join(lines) + "\n")
    assert "SECRET-7" not in quiet.err
    assert quiet.err.startswith(f"The pack for {QUARTER} was not published. Exit status {status}: ")
    assert len(quiet.err.splitlines()) == 1
    assert ("Problems in the data: 2." in quiet.err) == (kind == "problems")


def test_a_run_that_leaves_the_release_as_it_is_says_so(command: Command, ends):
    ends(0)
    assert "is up to date, and was left as it is" in command("schedule", "run").err


@pytest.mark.parametrize(
    ("status", "anew", "word"), [(0, True, PUBLISHED), (0, False, UNCHANGED), (4, False, REFUSED), (3, False, FAILED)]
)
def test_an_outcome_has_one_word(status: int, anew: bool, word: str):
    assert outcome_of(QUARTER, status, 3, anew).word == word


@pytest.mark.parametrize("status", [1, 2, 3, 4, 130, 137, 143, 99])
def test_every_status_has_words_that_say_that_nothing_was_published(status: int):
    assert "nothing was published" in outcome_of(QUARTER, status, 0, False).meaning


@posix_signals
def test_a_run_that_the_machine_kills_is_still_told_of(command: Command, monkeypatch: pytest.MonkeyPatch):
    really = run_in_subprocess._run
    script = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    monkeypatch.setattr(run_in_subprocess, "_run", lambda command, quiet: really([sys.executable, "-c", script], quiet))
    done = command("schedule", "run")
    assert (done.status, "want of memory" in done.err) == (137, True)


@posix_signals
def test_whoever_stops_the_schedule_stops_its_run_and_hears_how_it_ended(tmp_path: Path):
    run = (
        "import signal, sys, time, pathlib\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))\n"
        f"pathlib.Path({str(tmp_path / 'began')!r}).touch()\n"
        "time.sleep(60)"
    )
    script = (
        "import sys; from dbv_analysis.schedule.run_in_subprocess import _run; "
        f"print(_run([sys.executable, '-c', {run!r}], True))"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as schedule:
        for _ in range(200):
            if (tmp_path / "began").exists():
                break
            time.sleep(0.05)
        schedule.send_signal(signal.SIGTERM)
        said, _ = schedule.communicate(timeout=10)
    assert said == "(143, [])\n"


def test_the_run_is_a_process_that_does_not_know_the_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DBV_SMTP_PASSWORD", PASSWORD)
    script = "import os, sys; print([n for n in os.environ if n.startswith('DBV_SMTP')], file=sys.stderr)"
    assert run_in_subprocess._run([sys.executable, "-c", script], True) == (0, ["[]"])


# The e-mail about a run.


@pytest.fixture
def mailed(serve: Serve, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    """Set the e-mail up on this machine; the subject and text of each message that came."""
    for name, value in serve("none", login=True).items():
        monkeypatch.setenv(name, value)

    def read() -> list[tuple[str, str]]:
        messages = [message_from_bytes(envelope.content, policy=policy.default) for envelope in inbox.messages]
        assert all(message["Bcc"] is None for message in messages)
        return [(message["Subject"], message.get_content().replace("\r\n", "\n")) for message in messages]

    return read


def test_a_new_pack_is_told_of_by_name_of_folder_without_a_link(command: Command, project: Path, ends, mailed):
    ends(publish=lambda: publish(project))
    assert command("schedule", "run", "--quiet").status == 0
    ((subject, text),) = mailed()
    assert subject == f"dbv {QUARTER}: published"
    assert text == (
        "The pack for 2024-25-Q2 was published.\n\nAuthority: Halton\nProfile: public\nExit status: 0, done\n"
        "Folder of the pack: outputs/2024-25-Q2\nFolder of the logs: outputs/logs\n\n"
        "programme.toml has no entry for 2024-25-Q3, which began on 2024-10-01. "
        "Begin it: dbv new-quarter 2024-25-Q3\n"
    )


@pytest.mark.parametrize("kind", SAYS)
def test_a_failure_is_told_of_without_a_word_of_the_run(command: Command, ends, mailed, kind: str):
    status, lines = SAYS[kind]
    ends(status, lines)
    assert command("schedule", "run", "--quiet").status == status
    ((subject, text),) = mailed()
    assert subject == f"dbv {QUARTER}: {'refused' if status == 4 else 'failed'}"
    assert f"Exit status: {status}, " in text
    assert "The published pack is unchanged." in text
    assert ("Problems in the data: 2" in text, "dbv check" in text) == ((True, True) if status == 1 else (False, False))
    for said in ("SECRET-7", "a.csv", "percent:", PASSWORD, "http", "file://", "\\\\"):
        assert said not in text


def test_where_nothing_was_to_do_no_mail_goes_out_unless_asked(command: Command, project: Path, ends, mailed):
    publish(project)
    ends(1)
    command("schedule", "run")
    assert mailed() == []
    command("schedule", "run", "--mail", "always")
    assert [subject for subject, _ in mailed()] == [f"dbv {QUARTER}: unchanged"]


def test_no_mail_goes_out_where_none_is_wanted(command: Command, ends, mailed):
    ends(3)
    assert command("schedule", "run", "--mail", "never").status == 3
    assert mailed() == []


def test_settings_that_cannot_be_read_are_told_of_too(command: Command, project: Path, mailed):
    (project / "programme.toml").write_text("area = [SECRET-7", encoding="utf-8")
    done = command("schedule", "run", "--quiet")
    assert (done.status, "SECRET-7" in done.err) == (1, False)
    ((subject, text),) = mailed()
    assert (subject, "Problems in the data: 1" in text) == ("dbv: failed", True)
    assert command("schedule", "run").err.startswith("programme.toml: is not valid TOML")


@pytest.mark.parametrize(("status", "made"), [(0, True), (3, False)])
def test_a_mail_that_cannot_be_sent_changes_no_status(
    command: Command, project: Path, ends, mailed, monkeypatch: pytest.MonkeyPatch, status: int, made: bool
):
    ends(status, publish=lambda: publish(project) if made else None)
    monkeypatch.setenv("DBV_SMTP_PASSWORD", "wrong-secret-99")
    done = command("schedule", "run")
    assert done.status == status
    assert "The e-mail was not sent: localhost, port" in done.err
    for secret in ("wrong-secret-99", PASSWORD):
        assert secret not in done.err + done.out


def test_settings_of_the_mail_that_are_wrong_change_no_status(command: Command, ends, monkeypatch: pytest.MonkeyPatch):
    ends(4)
    monkeypatch.setenv("DBV_SMTP_PASSWORD", PASSWORD)
    done = command("schedule", "run")
    assert (done.status, "DBV_SMTP_HOST is missing" in done.err, PASSWORD in done.err) == (4, True, False)


def test_an_authority_whose_name_has_line_breaks_adds_no_header(command: Command, project: Path, ends, mailed):
    hostile = 'name = "Halton\\r\\nBcc: x@example.org"'
    rewrite("programme.toml", lambda text: text.replace('name = "Halton"', hostile))(project)
    ends(3)
    command("schedule", "run")
    ((_, text),) = mailed()
    assert "Authority: Halton Bcc: x@example.org" in text


def test_a_trial_message_is_sent_and_counted(command: Command, mailed):
    assert command("schedule", "test-mail") == Said(0, "", "Sent to 2 addresses.\n")
    assert [subject for subject, _ in mailed()] == ["dbv: trial message"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["test-mail"], "DBV_SMTP_HOST, DBV_MAIL_FROM and DBV_MAIL_TO"),
        (["run", "--data", "nowhere"], "There is no folder nowhere"),
    ],
)
def test_a_wrong_call_says_what_to_set_or_name(command: Command, words: list[str], said: str):
    done = command("schedule", *words)
    assert (done.status, said in done.err) == (2, True)


def test_a_folder_outside_the_project_is_named_by_its_last_name_alone(
    command: Command, project: Path, tmp_path: Path, ends, mailed
):
    ends(3)
    command("schedule", "run", "--out", str(tmp_path / "private" / "packs"))
    ((_, text),) = mailed()
    assert f"Folder of the pack: packs/{QUARTER}" in text
    assert "private" not in text


def test_the_day_decides(project: Path, monkeypatch: pytest.MonkeyPatch, ends):
    class Then(date):
        @classmethod
        def today(cls) -> date:
            return date(2024, 9, 26)

    monkeypatch.setattr(run_due, "date", Then)
    done = run_due.make_due(project / "data" / "raw", project / "outputs", "public", True)
    assert done.outcome.headline == "No quarter is due."
