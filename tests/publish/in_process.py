"""Notebooks run in this process, for tests that are not about kernels: ``execute`` in place of the real one.

Papermill and the rest are as in a real run; only a notebook's cells run in an IPython shell of this process, and not in
a kernel of their own, which takes longer to start than most of our notebooks take to run. A cell that ends its process,
or never ends, must have a real kernel; so must threads that go on writing when their cell has ended.
"""

from __future__ import annotations

import atexit
import base64
import sys
import types
import warnings
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path
from unittest.mock import patch

import papermill
from ipykernel.ipkernel import IPythonKernel
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines
from traitlets import Type
from traitlets.config import Config

from dbv_analysis.cli import main
from dbv_analysis.model.blocks import Figure
from dbv_analysis.publish import execute as kernels
from dbv_analysis.publish import prepare, run
from dbv_analysis.publish.checkpoint import Checkpoint
from dbv_analysis.publish.events import Hear
from dbv_analysis.publish.notebooks import Task

NAME = "in process"
SETTINGS = Config({"HistoryManager": {"enabled": False}})
BLANK = bytes.fromhex(  # a picture of one white point
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f0001010100b138f6140000000049454e44ae426082"
)
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # Python's own choice


def execute(
    tasks: list[Task], checkpoint: Checkpoint, jobs: int, limit: float, hear: Hear, rerun: bool
) -> dict[str, Path]:
    """Run every notebook that is not finished yet, as ``publish.execute`` does, but one after another, here.

    The time limit is not watched.
    """
    here = partial(papermill.execute_notebook, engine_name=NAME)
    with patch.object(papermill, "execute_notebook", here), patch.object(kernels, "ThreadPoolExecutor", _AtOnce):
        return kernels.execute(tasks, checkpoint, jobs, limit, hear, rerun)


class _AtOnce:
    """A pool of threads without threads: what is submitted runs there and then."""

    def __init__(self, jobs: int):
        pass

    def __enter__(self) -> _AtOnce:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def submit(self, call: Callable, *words: object) -> Future:
        future = Future()
        try:
            future.set_result(call(*words))
        except Exception as error:
            future.set_exception(error)
        return future

    def shutdown(self, **how: bool) -> None:
        pass


class _InProcess(Engine):
    """What papermill runs a notebook with: a fresh shell of this process."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: NotebookExecutionManager, kernel_name: str, **about: object) -> None:
        with _shell() as shell:
            for index, cell in enumerate(nb_man.nb.cells):
                try:
                    nb_man.cell_start(cell, index)
                    if not _ran(cell, shell):
                        nb_man.cell_exception(cell, index)
                        break
                finally:
                    nb_man.cell_complete(cell, index)
        nb_man.nb.metadata["language_info"] = dict(IPythonKernel.language_info)


papermill_engines.register(NAME, _InProcess)


def _ran(cell: NotebookNode, shell: _Shell) -> bool:
    """Run a cell and note what it shows; whether it came to its end."""
    if cell.cell_type != "code" or not cell.source.strip():
        return True
    shell.shown = cell.outputs
    cell.execution_count = shell.execution_count
    streams = redirect_stdout(_Stream(shell, "stdout")), redirect_stderr(_Stream(shell, "stderr"))
    with streams[0], streams[1], _warnings_shown():
        return shell.run_cell(cell.source, store_history=True).success


@contextmanager
def _warnings_shown():
    """Python's own way with warnings, whatever whoever runs this process does with them."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        for kind in QUIET:
            warnings.simplefilter("ignore", kind)
        warnings.showwarning = lambda *about, **more: sys.stderr.write(warnings.formatwarning(*about[:4]))
        yield


class _Stream:
    """Standard output or error of a cell, among whatever else it shows."""

    encoding = "utf-8"

    def __init__(self, shell: _Shell, name: str):
        self.shell, self.name = shell, name

    def write(self, text: str) -> int:
        last = self.shell.shown[-1] if self.shell.shown else {}
        if text and last.get("output_type") == "stream" and last["name"] == self.name:
            last["text"] += text
        elif text:
            self.shell.shown.append(new_output("stream", name=self.name, text=text))
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False


class _Publisher(DisplayPublisher):
    """Notes what a cell displays."""

    def publish(self, data: dict, metadata: dict | None = None, **about: object) -> None:
        self.shell.shown.append(new_output("display_data", _plain(data), metadata=metadata or {}))


class _Hook(DisplayHook):
    """Notes what a cell's last line gives."""

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        about = {"metadata": md_dict or {}, "execution_count": self.prompt_count}
        self.shell.shown.append(new_output("execute_result", _plain(format_dict), **about))

    def finish_displayhook(self) -> None:
        self._is_active = False


def _plain(data: dict) -> dict:
    """The same, with pictures as a notebook holds them."""
    return {kind: base64.b64encode(of).decode() if isinstance(of, bytes) else of for kind, of in data.items()}


class _Shell(InteractiveShell):
    """A shell that notes what its cells show in ``shown``."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    shown: list[NotebookNode]

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.shown.append(new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb))

    def init_sys_modules(self) -> None:
        """Leave this process its own ``__main__``."""

    def init_virtualenv(self) -> None:
        pass


@contextmanager
def _shell():
    """A shell for one notebook, which is the one that `display` finds."""
    before = sys.displayhook, sys.excepthook, list(sys.path)
    shell = _Shell.instance(config=SETTINGS, user_module=types.ModuleType("__main__"))
    try:
        yield shell
    finally:
        atexit.unregister(shell.atexit_operations)  # it would keep the shell, and with it all that its cells have made
        shell.user_ns.clear()
        _Shell.clear_instance()
        sys.displayhook, sys.excepthook, sys.path[:] = before


if __name__ == "__main__":  # the command without kernels, audit, grades, leaks and pictures, for a copy of the package
    run.execute = execute
    prepare.refuse_disclosure = prepare.overclaimed = run.refuse_leaks = lambda *about: []
    Figure.png = BLANK
    main()
