"""The schedules: each kind reads back exactly the words and folders that it was given, and touches nobody else's."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dbv_analysis.model.problems import CallProblem
from dbv_analysis.schedule import DAYS, ci, cron, systemd, windows
from dbv_analysis.schedule.plan import Plan, plan
from tests.publish.conftest import Said

Command = Callable[..., Said]
posix = pytest.mark.skipif(sys.platform == "win32", reason="the schedulers' programs are imitated by shell scripts")

NAMES = st.text(
    st.one_of(st.sampled_from(" '\"%$&<>;|`#!~*?(){}[]=:,@-_éŁ漢😀"), st.sampled_from(string.ascii_letters)), min_size=1
).map(lambda name: f"x{name}x")
NAMES_WITH_BACKSLASH = st.tuples(NAMES, NAMES).map(lambda two: f"{two[0]}\\{two[1]}")
DAY = st.sampled_from(DAYS)


def planned(name: str = "srv", day: str = "daily", at: str = "06:00") -> Plan:
    """A schedule in folders that are called ``name``."""
    hour, minute = map(int, at.split(":"))
    root = f"/{name}/project {name}"
    words = (f"/{name}/bin/dbv", "schedule", "run", "--data", f"{root}/data {name}", "--out", f"{root}/{name}")
    return Plan("dbv", (*words, "--profile", "public"), root, hour, minute, day)


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    path.chmod(0o755)
    return path


# A slow and obvious reading of each form, by the rules of whoever reads it.


def read_by_systemd(line: str) -> list[str]:
    """systemd.service(5): double quotes around a word, C escapes in it, then %% for % and $$ for $."""
    words, rest = [], line
    while rest:
        assert rest[0] == '"'
        word, place = "", 1
        while rest[place] != '"':
            if rest[place] == "\\":
                place += 1
                assert rest[place] in '\\"'
            word += rest[place]
            place += 1
        words.append(re.sub(r"%(.?)", lambda found: {"%": "%"}[found[1]], word))
        rest = rest[place + 1 :].removeprefix(" ")
    assert not set(words[0]) & set("\"'\\$"), "systemd takes no such program"
    words = [re.sub(r"\$(.?)", lambda found: {"$": "$"}[found[1]], word) for word in words]
    return words[3:] if words[:3] == ["/bin/sh", "-c", 'exec "$0" "$@"'] else words


def read_by_cron(line: str) -> tuple[str, str]:
    """crontab(5): five fields, then a command in which % is a new line unless a backslash is before it."""
    found = re.fullmatch(r"([0-5]?\d) (1?\d|2[0-3]) \* \* (\*|[0-6]) (.+)", line)
    assert found, line
    command = found[4]
    assert not re.search(r"(?<!\\)%", command)
    return found[3], command.replace("\\%", "%")


def read_by_windows(arguments: str) -> list[str]:
    """CommandLineToArgvW: n backslashes before a quote are n/2 of them, and an odd one makes the quote plain."""
    words, word, quoted, begun, place = [], "", False, False, 0
    while place < len(arguments):
        sign = arguments[place]
        slashes = len(arguments[place:]) - len(arguments[place:].lstrip("\\"))
        if slashes:
            place += slashes
            if arguments[place : place + 1] == '"':
                word += "\\" * (slashes // 2)
                if slashes % 2:
                    word += '"'
                    place += 1
            else:
                word += "\\" * slashes
            begun = True
            continue
        if sign == '"':
            quoted, begun = not quoted, True
        elif sign in " \t" and not quoted:
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            word, begun = word + sign, True
        place += 1
    return [*words, word] if begun else words


def replaced_by_the_service(text: str) -> str:
    """What GitHub Actions makes of a text: each expression gives its value; here they are texts in quotes."""
    return re.sub(r"\$\{\{ '([^']*)' \}\}", r"\1", text)


@given(st.one_of(NAMES, NAMES_WITH_BACKSLASH), DAY)
def test_systemd_reads_back_the_words_and_the_folder(name: str, day: str):
    made = planned(name, day)
    service = systemd.units(made)["dbv.service"].splitlines()
    (line,) = [line for line in service if line.startswith("ExecStart=")]
    assert read_by_systemd(line.removeprefix("ExecStart=")) == list(made.command)
    (folder,) = [line for line in service if line.startswith("WorkingDirectory=")]
    assert folder.removeprefix("WorkingDirectory=").replace("%%", "%") == made.project
    assert re.sub("%%", "", folder).count("%") == 0


@given(NAMES, DAY)
def test_cron_and_its_shell_read_back_the_words_and_the_folder(name: str, day: str):
    made = planned(name, day)
    if len(name.encode()) > 40:  # too long for cron, with all that quotes add
        return
    line = cron.line(made)
    _, command = read_by_cron(line)
    shell, option, script = shlex.split(command)
    assert (shell, option) == ("/bin/sh", "-c")
    words = shlex.split(script, posix=True)
    assert words[:2] == ["cd", made.project]
    assert words[words.index("exec") + 1 :] == list(made.command)


@posix
@pytest.mark.parametrize("name", ['it\'s 5% of $HOME "all"', "a;b|c`d`&e", "Łódź 漢 *?", "#~!{x}"])
def test_a_real_shell_runs_crons_line_in_the_folder_with_the_mails_settings(name: str, tmp_path: Path):
    home = tmp_path / "home"
    settings = home / ".config" / "dbv-analysis" / "mail.env"
    settings.parent.mkdir(parents=True)
    settings.write_text("DBV_SMTP_PASSWORD='p$w %d'\n", encoding="utf-8")
    script = executable(tmp_path / name / "dbv", 'printf "%s\\n" "$PWD" "$DBV_SMTP_PASSWORD" "$@"\n')
    project = script.parent
    words = ("schedule", "run", "--out", f"{project}/outputs")
    _, command = read_by_cron(cron.line(Plan("dbv", (str(script), *words), str(project), 6, 0, "daily")))
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, env={"HOME": str(home), "PATH": "/usr/bin:/bin"}
    )
    assert done.stdout.splitlines() == [str(project), "p$w %d", *words]


@given(st.one_of(NAMES, NAMES_WITH_BACKSLASH), DAY)
def test_the_task_scheduler_reads_back_the_words_and_the_folder(name: str, day: str):
    made = planned(name, day)
    if "%" in name:
        with pytest.raises(CallProblem, match="percent"):
            windows.text(made)
        return
    task = etree.fromstring(windows.text(made).encode("utf-16"))
    (run,) = task.findall(".//{*}Exec")
    program, arguments, folder = (run.findtext(f"{{*}}{part}") for part in ("Command", "Arguments", "WorkingDirectory"))
    assert [program, *read_by_windows(arguments)] == list(made.command)
    assert folder == made.project


@given(NAMES, DAY)
def test_a_workflow_reads_back_the_words_with_folders_as_a_checkout_has_them(name: str, day: str):
    made = planned(name, day)
    if set(name) & set("*?[]!#~"):
        with pytest.raises(CallProblem, match="pattern"):
            ci.text(made)
        return
    steps = yaml.safe_load(ci.text(made))["jobs"]["pack"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "pack"]
    first = replaced_by_the_service(step["run"]).splitlines()[0]
    words = shlex.split(first.removeprefix("published=$(").removesuffix(")"))
    assert words == ["dbv", "schedule", "run", "--data", f"data {name}", "--out", name, "--profile", "public"]
    assert replaced_by_the_service(steps[3]["with"]["path"]) == name
    assert [replaced_by_the_service(line) for line in steps[-1]["with"]["path"].splitlines()] == [name, f"!{name}/logs"]


def test_a_text_that_looks_like_an_expression_is_not_replaced():
    made = planned("a ${{ secrets.DBV_SMTP_PASSWORD }} b")
    command = yaml.safe_load(ci.text(made))["jobs"]["pack"]["steps"][4]["run"].splitlines()[0]
    assert "${{ secrets" not in command
    assert "a ${{ secrets.DBV_SMTP_PASSWORD }} b" in replaced_by_the_service(command)


@pytest.mark.parametrize("day", DAYS)
def test_each_kind_runs_at_the_time_and_on_the_day(day: str):
    made = planned(day=day, at="18:05")
    number = "*" if day == "daily" else str([*DAYS[1:]].index(day) + 1).replace("7", "0")
    short = "" if day == "daily" else f"{day[:3].capitalize()} "
    assert f"OnCalendar={short}*-*-* 18:05:00\nPersistent=true" in re.sub(
        r"#.*\n", "", systemd.units(made)["dbv.timer"]
    )
    assert cron.line(made).startswith(f"5 18 * * {number} ")
    workflow = yaml.safe_load(ci.text(made))
    assert workflow[True]["schedule"] == [{"cron": f"5 18 * * {number}"}]  # YAML reads the key "on" as true
    task = etree.fromstring(windows.text(made).encode("utf-16"))
    assert task.findtext(".//{*}StartBoundary").endswith("T18:05:00")
    days = [etree.QName(found).localname.lower() for found in task.findall(".//{*}DaysOfWeek/*")]
    assert days == ([] if day == "daily" else [day])


@pytest.mark.parametrize("day", DAYS)
def test_a_task_has_the_form_that_the_task_scheduler_publishes(day: str):
    """``task.xsd``: the parts of [MS-TSCH] 2.5 that are used, as read there."""
    schema = etree.XMLSchema(etree.parse(Path(__file__).with_name("task.xsd")))
    task = etree.fromstring(windows.text(planned(day=day)).encode("utf-16"))
    schema.assertValid(task)
    assert task.findtext(".//{*}LogonType") == "InteractiveToken"
    assert task.findtext(".//{*}RunLevel") == "LeastPrivilege"
    assert task.findtext(".//{*}StartWhenAvailable") == "true"


def verified(folder: Path, name: str) -> str:
    """What systemd itself says of the units of a schedule in ``folder``, of which one is called ``name``."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    program = executable(folder / name / "dbv", "")
    project = str(program.parent)
    made = Plan("dbv", (str(program), "schedule", "run", "--data", project), project, 6, 0, "monday")
    units = folder / "units"
    units.mkdir()
    for file, unit in systemd.units(made).items():
        (units / file).write_text(unit, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *map(str, sorted(units.iterdir()))],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze cannot run here: {done.stderr.strip()}")
    return done.stderr if done.stderr or done.returncode == 0 else f"exit status {done.returncode}"


@pytest.mark.parametrize("name", ["plain", 'it\'s 5% of $HOME "all"', "back\\slash $x", "Łódź 漢 %h;", "  two  "])
def test_systemd_finds_no_fault_in_the_units_and_finds_the_program(name: str, tmp_path: Path):
    if name.endswith(" "):
        with pytest.raises(CallProblem, match="Rename"):
            verified(tmp_path, name)
        return
    assert verified(tmp_path, name) == ""


@pytest.mark.parametrize(
    ("changed", "fix"),
    [
        *(({"at": at}, "06:00") for at in ("6:00", "24:00", "06:60", "noon", "06:00\n", "", "٠٦:٠٠")),
        *(
            ({"name": name}, "letters, digits and hyphens")
            for name in ("", "a b", "../x", "a/b", "1a", "a%b", "-a", "a\n", "x" * 41)
        ),
        *(({"folder": f"a{sign}b"}, "Rename the folder") for sign in "\n\r\x00\x1b\u2028\ud800"),
    ],
    ids=ascii,
)
def test_what_is_no_time_or_could_be_a_path_or_an_option_or_no_scheduler_takes_is_refused(
    changed: dict[str, str], fix: str, tmp_path: Path
):
    name, folder, at = ({"name": "dbv", "folder": "plain", "at": "06:00"} | changed).values()
    with pytest.raises(CallProblem, match=fix):
        plan(name, Path(f"{tmp_path}/{folder}"), ["schedule", "run"], at, "daily")


def test_cron_refuses_a_backslash_and_a_line_that_it_would_cut_off():
    with pytest.raises(CallProblem, match="backslash"):
        cron.line(planned("a\\b"))
    with pytest.raises(CallProblem, match="too long"):
        cron.line(planned("a" * 300))


# Putting schedules in place, with the schedulers' programs imitated.


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder, and systemctl, crontab and schtasks that keep what they are given and told in it."""
    folder, home = tmp_path / "bin", tmp_path / "home"
    home.mkdir()
    for name, does in {
        "systemctl": "",
        "crontab": f'if [ "$1" = -l ]; then cat "{home}/crontab" 2>/dev/null; else cat > "{home}/crontab"; fi',
        "schtasks": f"""case "$1" in
            /query) cat "{home}/$3.xml" 2>/dev/null ;;
            /create) cp "$5" "{home}/$3.xml" ;;
            /delete) rm "{home}/$3.xml" ;;
        esac""",
    }.items():
        executable(folder / name, f'echo "{name} $*" >> "{home}/calls"\n{does}\n')
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return home


def calls(home: Path) -> list[str]:
    path = home / "calls"
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@posix
def test_systemds_units_are_written_and_started_and_removed(command: Command, programs: Path):
    assert command("schedule", "systemd", "--install").status == 0
    folder = programs / ".config" / "systemd" / "user"
    assert sorted(path.name for path in folder.iterdir()) == ["dbv.service", "dbv.timer"]
    assert calls(programs) == ["systemctl --user daemon-reload", "systemctl --user enable --now dbv.timer"]
    assert command("schedule", "systemd", "--install", "--at", "07:30").status == 0
    assert "07:30" in (folder / "dbv.timer").read_text(encoding="utf-8")
    done = command("schedule", "systemd", "--uninstall")
    assert (done.status, done.err) == (0, "Removed.\n")
    assert list(folder.iterdir()) == []
    assert "systemctl --user disable --now dbv.timer" in calls(programs)
    assert command("schedule", "systemd", "--uninstall").err == "No schedule named dbv was there.\n"


@posix
@pytest.mark.parametrize("option", ["--install", "--uninstall"])
@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("systemd", "home/.config/systemd/user/dbv.timer"),
        ("windows", "home/dbv.xml"),
        ("ci", "project/.github/workflows/dbv.yml"),
    ],
)
def test_what_somebody_else_wrote_is_left_alone(
    command: Command, programs: Path, project: Path, kind: str, place: str, option: str
):
    theirs = project.parent / place
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_text("theirs\n", encoding="utf-8")
    before = sorted(theirs.parent.iterdir())
    done = command("schedule", kind, option)
    assert (done.status, "was not written by dbv schedule" in done.err) == (2, True)
    assert theirs.read_text(encoding="utf-8") == "theirs\n"
    assert [path for path in sorted(theirs.parent.iterdir()) if path.name != "calls"] == before
    assert all("/query" in call for call in calls(programs))


OTHERS = "MAILTO=me@example.org\n# mine\n0 1 * * * /usr/bin/true 100\\%\n"


@posix
@pytest.mark.parametrize("others", ["", OTHERS, OTHERS.removesuffix("\n")])
def test_crons_line_goes_in_once_and_out_again_and_other_lines_stay(command: Command, programs: Path, others: str):
    crontab = programs / "crontab"
    if others:
        crontab.write_text(others, encoding="utf-8")
    assert command("schedule", "cron", "--install").status == 0
    first = crontab.read_text(encoding="utf-8")
    whole = others if others.endswith("\n") or not others else others + "\n"
    assert first == whole + command("schedule", "cron").out
    assert command("schedule", "cron", "--install").status == 0
    assert crontab.read_text(encoding="utf-8") == first
    assert calls(programs).count("crontab -") == 1
    assert command("schedule", "cron", "--install", "--at", "07:30").status == 0
    assert len(crontab.read_text(encoding="utf-8").splitlines()) == len(first.splitlines())
    assert command("schedule", "cron", "--uninstall").err == "Removed.\n"
    assert crontab.read_text(encoding="utf-8") == whole
    assert command("schedule", "cron", "--uninstall").err == "No schedule named dbv was there.\n"


@posix
def test_another_projects_line_of_the_same_name_is_left_alone(command: Command, programs: Path):
    other = cron.text(planned("elsewhere"))
    (programs / "crontab").write_text(other, encoding="utf-8")
    done = command("schedule", "cron", "--install")
    assert (done.status, "another project" in done.err, "--name" in done.err) == (2, True, True)
    assert (programs / "crontab").read_text(encoding="utf-8") == other
    assert command("schedule", "cron", "--install", "--name", "dbv-2").status == 0
    assert (programs / "crontab").read_text(encoding="utf-8").startswith(other)


@posix
def test_a_block_without_its_end_is_not_guessed_at(command: Command, programs: Path):
    command("schedule", "cron", "--install")
    broken = "\n".join((programs / "crontab").read_text(encoding="utf-8").splitlines()[:-1]) + "\n" + OTHERS
    (programs / "crontab").write_text(broken, encoding="utf-8")
    done = command("schedule", "cron", "--install")
    assert (done.status, "crontab -e" in done.err) == (2, True)
    assert (programs / "crontab").read_text(encoding="utf-8") == broken


@posix
def test_the_task_is_registered_as_utf_16_and_removed(command: Command, programs: Path):
    assert command("schedule", "windows", "--install").status == 0
    task = (programs / "dbv.xml").read_bytes()
    assert task.startswith((b"\xff\xfe", b"\xfe\xff"))
    assert task.decode("utf-16") == command("schedule", "windows").out
    assert command("schedule", "windows", "--install").status == 0
    assert command("schedule", "windows", "--uninstall").err == "Removed.\n"
    assert not (programs / "dbv.xml").exists()


def test_the_workflow_is_written_over_its_own_alone(command: Command, project: Path):
    path = project / ".github" / "workflows" / "dbv.yml"
    assert command("schedule", "ci", "--install").status == 0
    assert path.read_text(encoding="utf-8") == command("schedule", "ci").out
    assert command("schedule", "ci", "--install", "--at", "07:30").status == 0
    assert "30 7 * * *" in path.read_text(encoding="utf-8")
    assert command("schedule", "ci", "--uninstall").status == 0
    assert not path.exists()


def test_a_workflow_is_refused_for_a_controlled_pack_and_for_folders_outside(command: Command, tmp_path: Path):
    assert "small counts" in command("schedule", "ci", "--profile", "controlled").err
    done = command("schedule", "ci", "--out", str(tmp_path / "elsewhere"))
    assert (done.status, "outside the project" in done.err) == (2, True)


def test_a_workflow_names_secrets_and_holds_none(command: Command, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DBV_SMTP_PASSWORD", "opensesame-4711")
    for kind in ("ci", "cron", "systemd", "windows"):
        assert "opensesame" not in command("schedule", kind).out
    step = yaml.safe_load(command("schedule", "ci").out)["jobs"]["pack"]["steps"][4]
    assert step["env"]["DBV_SMTP_PASSWORD"] == "${{ secrets.DBV_SMTP_PASSWORD }}"
    assert "secrets" not in step["run"]


@posix
def test_a_scheduler_that_is_not_here_is_told_of(command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    for kind, program in (("cron", "crontab"), ("windows", "schtasks")):
        done = command("schedule", kind, "--install")
        assert (done.status, f"There is no {program} on this machine" in done.err) == (2, True)
