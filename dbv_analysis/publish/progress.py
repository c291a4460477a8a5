"""How a run goes on, at the terminal: a bar, or where that cannot be shown a line for each notebook."""

from __future__ import annotations

import sys
from types import TracebackType

from tqdm import tqdm

from dbv_analysis.model.options import echo_error
from dbv_analysis.publish.events import BEFORE, NOTEBOOKS, RAN, RETRIED, WARNING, Event


class Progress:
    """Hears the events of a run, and shows them on standard error."""

    def __init__(self, quarter: str):
        self._quarter = quarter
        self._bar: tqdm | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._bar:
            self._bar.close()

    def hear(self, event: Event) -> None:
        """Show what is of interest to whoever waits: each notebook that is done, and every warning."""
        if event.kind == NOTEBOOKS and sys.stderr.isatty():
            self._bar = tqdm(total=event.number, desc=self._quarter, unit="notebook", file=sys.stderr)
        elif event.kind in (WARNING, RETRIED):
            echo_error(f"Warning: {event.text}")
        elif event.kind in (RAN, BEFORE):
            self._bar.update() if self._bar else echo_error(event.text)
