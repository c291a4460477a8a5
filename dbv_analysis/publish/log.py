"""What a run did and how it ended: a log in plain words, and beside it the same for machines, an object a line."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from dbv_analysis import __version__
from dbv_analysis.model.problems import DataProblems, Stopped, UserProblem, disk_problem
from dbv_analysis.publish.events import BEFORE, NOTEBOOKS, RAN, RETRIED, WARNING, Event, Hear

FOLDER = "logs"
KEPT = 50  # runs
PLAIN, MACHINE = ".log", ".jsonl"
OF_A_NOTEBOOK = {
    RAN: "{section}: done in {seconds} seconds.",
    BEFORE: "{section}: done before.",
    RETRIED: "{section}: its kernel died after {seconds} seconds; run again.",
}


class _Quiet(logging.FileHandler):
    """A log that cannot be written is no reason to fail."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Go on; logging itself would print a traceback."""

    def close(self) -> None:
        with suppress(OSError):
            super().close()


class _Machine(logging.Formatter):
    """A record as JSON: when, what kind of event, its text, and what else is known of it."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": when, "event": record.event, "words": record.getMessage(), **record.known}
        return json.dumps(line, ensure_ascii=False)


class Log:
    """Where a run says what it does. It is told nothing that stands in a row about a person."""

    def __init__(self, logger: logging.Logger):
        self._logger = logger

    def log_event(self, event: str, text: str, level: int = logging.INFO, **known: object) -> None:
        """Write a line: the kind of ``event``, a sentence, and what a machine may want to know of it."""
        self._logger.log(level, "%s", text, extra={"event": event, "known": known})

    def start(self, quarter: str, profile: str) -> None:
        self.log_event("started", f"Started: the {profile} pack of {quarter}.", profile=profile, version=__version__)

    def end(self, pack: Path, seconds: float, anew: bool) -> None:
        text = f"Published {pack}." if anew else f"{pack} stands as it was published: nothing has changed."
        self.log_event("published", text, seconds=seconds, status=0)

    def hear(self, event: Event) -> None:
        """Write what happened. How many notebooks there are interests nobody afterwards."""
        seconds = round(event.seconds, 1)
        if event.section:
            text = OF_A_NOTEBOOK[event.kind].format(section=event.section, seconds=seconds)
            self.log_event("notebook", text, what=event.kind, section=event.section, seconds=seconds)
        elif event.kind == WARNING:
            self.log_event(WARNING, f"Warning: {event.text}")
        elif event.kind != NOTEBOOKS:
            self.log_event(event.kind, event.text, seconds=seconds)


@contextmanager
def open_log(out: Path, quarter: str, hear: Hear) -> Iterator[Log]:
    """The log of a run, ``out/logs/<UTC time>-<quarter>.log`` and ``.jsonl``; how the run ends is its last line.

    The newest runs' logs are kept. ``hear`` hears a warning where no log can be written; the run goes on.
    """
    logger = logging.Logger("dbv run", logging.INFO)
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}Z-{quarter}"
    try:
        _open(logger, out / FOLDER, name)
    except OSError as error:
        hear(Event(WARNING, f"No log is written: {disk_problem(error)}"))
    log, started = Log(logger), time.monotonic()
    try:
        yield log
    except (Exception, Stopped) as error:
        _log_end(log, error, time.monotonic() - started)
        raise
    finally:
        for handler in logger.handlers:
            handler.close()


def _open(logger: logging.Logger, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted({path.stem for path in folder.glob("*Z-*") if path.suffix in (PLAIN, MACHINE)})[: 1 - KEPT]:
        for suffix in (PLAIN, MACHINE):
            (folder / f"{old}{suffix}").unlink(missing_ok=True)
    plain = logging.Formatter("%(asctime)s  %(message)s", "%Y-%m-%d %H:%M:%S UTC")
    plain.converter = time.gmtime
    for suffix, formatter in ((PLAIN, plain), (MACHINE, _Machine())):
        handler = _Quiet(folder / f"{name}{suffix}", encoding="utf-8")
        handler.setFormatter(formatter)
        logger.addHandler(handler)


def _log_end(log: Log, error: BaseException, seconds: float) -> None:
    """Why nothing was published. Of a fault of the program itself only its kind is told: its words may hold values."""
    known = {"seconds": round(seconds, 1), "status": getattr(error, "status", None)}
    if isinstance(error, DataProblems):
        for place in dict.fromkeys(problem.place for problem in error.problems):
            log.log_event("problem", f"{place}: has a problem; `dbv check` says which.", logging.ERROR, place=place)
        log.log_event("refused", f"Nothing was published: {len(error.problems)} problems.", logging.ERROR, **known)
    elif isinstance(error, UserProblem):
        log.log_event("refused", f"Nothing was published: {error}", logging.ERROR, **known)
    elif isinstance(error, Stopped):
        log.log_event("stopped", str(error), logging.WARNING, **known)
    else:
        text = f"Nothing was published: the program failed with {type(error).__name__}."
        log.log_event("failed", text, logging.CRITICAL, **known)
