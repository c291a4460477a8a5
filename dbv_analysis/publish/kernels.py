"""Kernels for notebooks, forked from a process that has loaded what a notebook imports.

Each notebook has a process of its own, as with Jupyter's own kernels, which take longer to start than most notebooks to
run. Only Linux forks such a process safely: elsewhere they are Jupyter's own.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from multiprocessing.context import ForkServerProcess
from threading import Lock
from types import ModuleType

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

LOADED = ["ipykernel.kernelapp", "matplotlib.pyplot", "seaborn", "afcharts", "dbv_analysis.pages"]
LAUNCHER = "ipykernel_launcher"
NAME = "dbv-forked"
LOCK = Lock()


class Kernels(AsyncKernelManager):
    """What papermill starts and ends a kernel with."""

    @property
    def kernel_spec(self) -> KernelSpec | None:
        spec = super().kernel_spec
        if spec is not None and LAUNCHER in spec.argv and sys.platform == "linux":
            KernelProvisionerFactory.provisioners[NAME] = EntryPoint(
                NAME, f"{__name__}:{Forked.__name__}", KernelProvisionerFactory.GROUP_NAME
            )
            spec.metadata["kernel_provisioner"] = {"provisioner_name": NAME}
        return spec


class Forked(LocalProvisioner):
    """Forks a kernel from a server that starts with the first of them and ends with this process."""

    async def launch_kernel(self, cmd: list[str], **settings: object) -> dict:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(LOADED)
        arguments = cmd[cmd.index(LAUNCHER) + 1 :]
        kernel = context.Process(target=_be_a_kernel, args=(arguments, settings.get("cwd"), settings["env"]))
        with _no_main():
            kernel.start()
        self.process = _Process(kernel)
        self.pid = self.pgid = kernel.pid
        return self.connection_info


@contextmanager
def _no_main() -> Iterator[None]:
    """Let a process that starts now not run anew whichever script this one runs."""
    with LOCK:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _be_a_kernel(arguments: list[str], folder: str | None, environment: dict[str, str]) -> None:
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    # It ends with the server, which ends with whoever started it, however that comes to an end.
    IPKernelApp.launch_instance(argv=[*arguments, f"--IPKernelApp.parent_handle={os.getppid()}"])


class _Process:
    """A forked process, by the names that ``subprocess.Popen`` has for what one does with it."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess):
        self.process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.process.kill()

    def terminate(self) -> None:
        self.process.terminate()
