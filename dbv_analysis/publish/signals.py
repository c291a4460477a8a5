"""A run that is told to stop ends as one that fails: it tidies up first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dbv_analysis.model.problems import Stopped

# To be stopped: by the keyboard, by the system, by a terminal that is closed; and the last on Windows alone.
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Within this, a signal to stop raises Stopped in the main thread, once: what follows is left to tidy up in peace.

    Yields a call to make when it is too late to stop, after which signals are ignored. Elsewhere than in the main
    thread, where Python handles no signals, nothing is changed.
    """
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    main = threading.current_thread() is threading.main_thread()
    # What was ignored stays ignored, as under nohup.
    before = {number: signal.getsignal(number) for number in numbers if main}
    before = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}

    def too_late() -> None:
        for number in before:
            signal.signal(number, lambda number, frame: None)

    def stop(number: int, frame: object) -> None:
        too_late()
        raise Stopped(number)

    try:
        for number in before:
            signal.signal(number, stop)
        yield too_late
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
