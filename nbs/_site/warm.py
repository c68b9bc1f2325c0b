"""Kernels that start warm: one process imports what pages need, and is forked for each of them.

Importing PyTorch and Altair takes some seconds of a processor, which a page with little code of its own would spend on
nothing else, two hundred times over. A fork takes milliseconds, and shares their memory.
"""
import os
import signal
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyter_client import AsyncKernelManager
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

IMPORTED = ("torch", "altair", "pandas", "numba", "anywidget", "ipykernel.kernelapp", "fastcore.test", "genbook.ui")

os.environ["OMP_NUM_THREADS"] = "1"  # each: several run side by side. PyTorch looks when it is imported
FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", *IMPORTED])


def serve(arguments: list[str], environment: dict[str, str], folder: str) -> None:
    "Be a kernel; in a process of its own."
    from ipykernel.kernelapp import IPKernelApp

    os.setsid()  # signals are sent to the kernel and to what it starts
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    IPKernelApp.launch_instance(arguments, parent_handle=os.getppid())  # it ends with the process that it came from


class Child:
    "A process that was forked, with what a provisioner asks of `subprocess.Popen`."

    stdin = stdout = stderr = None

    def __init__(self, process: BaseProcess):
        self.process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self.process.exitcode

    def wait(self) -> int | None:
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class ForkingProvisioner(LocalProvisioner):
    "Starts kernels as forks."

    async def launch_kernel(self, cmd: list[str], **options: Any) -> KernelConnectionInfo:
        arguments = cmd[cmd.index("-f"):]
        self.cwd = options.get("cwd", Path.cwd())
        process = FORKS.Process(target=serve, args=(arguments, dict(options["env"]), str(self.cwd)))
        process.start()
        self.process, self.pid = Child(process), process.pid
        return self.connection_info


def kernel_manager(
    connection_file: str,  # where it is to be written
) -> AsyncKernelManager:
    "What starts a warm kernel that is reached over files: a port that was free may be taken before a kernel has it."
    manager = AsyncKernelManager(
        kernel_id=str(uuid4()), kernel_name="python3", transport="ipc", connection_file=connection_file)
    manager.provisioner = ForkingProvisioner(
        kernel_id=manager.kernel_id, kernel_spec=manager.kernel_spec, parent=manager)
    return manager
