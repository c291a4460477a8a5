"""What the benchmarks share: ways that take turns, their ratios, and the most memory that a call takes."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

MEASURED = Path(__file__).parent.parent / "docs" / "measured.md"


def section(lines: Sequence[str]) -> str:
    """A part of what was measured: a heading and its lines."""
    return f"## {lines[0]}\n\n" + "\n".join(f"- {line}" for line in lines[1:]) + "\n"


def in_turns(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way in each round. They take turns, so that a slow spell of the machine falls on all.

    Exits where the ways do not agree.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        found = {}
        for name, way in ways.items():
            started = time.perf_counter()
            found[name] = way()
            seconds[name].append(time.perf_counter() - started)
        if len(set(map(str, found.values()))) != 1:
            sys.exit(f"The ways do not agree: {found}")
    return seconds


def told(seconds: dict[str, list[float]], own: str) -> list[str]:
    """The middle of each way's seconds, and how many times as long as ``own`` the others took."""
    lines = [f"{name}: {statistics.median(all_seconds):.2f} s" for name, all_seconds in seconds.items()]
    for name in seconds:
        if name != own:
            ratios = [mine / other for other, mine in zip(seconds[name], seconds[own], strict=True)]
            lines.append(f"{own} took {statistics.median(ratios):.2f} times as long as {name}")
    return lines


def most_memory(way: Callable[[], object]) -> int:
    """The most memory in MB that a call takes in a process of its own, with all that it imports."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(way, theirs))
    process.start()
    megabytes = ours.recv()
    process.join()
    return megabytes


def _run(way: Callable[[], object], told_to) -> None:
    way()
    told_to.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
