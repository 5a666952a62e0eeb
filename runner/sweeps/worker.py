"""The process of a worker: trains the jobs that `zookit.core.WorkerProcess` sends, in order."""

import faulthandler
import json
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, chdir, contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import Any, BinaryIO

from zookit.child_process import replace_input
from zookit.core.launcher import Job
from zookit.core.messages import at_command_line, logger
from zookit.core.result import Status
from zookit.core.worker_process import IMPORT_SECONDS
from zookit.modeling.tensorflow_import import import_keras
from zookit.own_process import declare_own_process
from zookit.registry.blame import blamed_reason_of
from zookit.sweeps.job_training import train_job
from zookit.terminal import messages_shown
from zookit.training.programs import programs_reused

_LAST_SECONDS = 60.0
"""How long a job may take to stop after the process that started this one has ended."""


def main() -> None:
    """Train jobs until the input ends, and kill what they have left running."""
    commands, events = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    log = os.dup(2)  # descriptor 2 leads elsewhere while TensorFlow is imported
    # No plugin and no process of a plugin can reach the pipes.
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - no path
        os.dup2(nothing.fileno(), 0)
    replace_input()
    sys.argv[:] = ["zookit"]  # a plugin may parse them
    declare_own_process()
    faulthandler.enable(log)
    try:
        with programs_reused():
            Worker(commands, events, log).run()
    finally:
        with suppress(OSError):
            sys.stdout.flush()
        _end_group()


class Worker:
    """Trains jobs in the main thread, while another one reads the commands."""

    def __init__(self, commands: BinaryIO, events: BinaryIO, log: int) -> None:
        self._commands, self._events, self._log = commands, events, log
        self._jobs: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._abandoned: SimpleQueue[None] = SimpleQueue()
        self._writing, self._switching = threading.Lock(), threading.Lock()
        self._training = self._unwanted = 0
        """The numbers of the job that can be interrupted now, and of the last one to stop."""
        self._ending = False

    def run(self) -> None:
        """Train jobs until the input ends, or one is stopped before or after its training."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._receive)
        logger.handlers, logger.propagate = [_Warnings(self)], False
        threading.Thread(target=self._read, name="commands", daemon=True).start()
        threading.Thread(target=self._abandon, name="stops", daemon=True).start()
        while not self._ending:
            command = self._jobs.get()
            if command is None:
                return
            self._train(command)

    def report(self, **event: Any) -> None:
        """Send an event."""
        with self._writing, suppress(OSError):  # nobody reads it any more
            self._events.write(json.dumps(event).encode() + b"\n")
            self._events.flush()

    def _train(self, command: dict[str, Any]) -> None:
        job = _job_of(command["start"])
        state, reason = "interrupted", ""
        try:
            with self._switching:
                wanted = not self._ending and self._unwanted != command["number"]
                self._training = command["number"] if wanted else 0
            try:
                if wanted:
                    with _job_environment(command):
                        state = self._trained(job, Path(command["folder"]))
            finally:
                self._training = 0
        except KeyboardInterrupt:
            self._ending = True  # of a second signal, which may have been anywhere
        except BaseException as error:  # noqa: BLE001 - a plugin may raise anything
            traceback.print_exception(error)
            state, reason = "failed", blamed_reason_of(error)
            self._ending |= _is_out_of_memory(error)
        self._training = 0
        self.report(ended=state, reason=" ".join(reason.split()), last=self._ending)

    def _trained(self, job: Job, folder: Path) -> Status:
        """Train a job, whose time counts once TensorFlow is imported."""
        if job.seconds is None:
            return train_job(job, folder, self.report)
        with _time_limit(IMPORT_SECONDS, self._log):
            import_keras()
        self.report(began=True)
        with _time_limit(job.seconds, self._log):
            return train_job(job, folder, self.report)

    def _read(self) -> None:
        for line in self._commands:
            command = json.loads(line)
            if "start" in command:
                self._jobs.put(command)
            elif "stop" in command:
                self._interrupt(command["stop"])
        self._ending = True
        timer = threading.Timer(_LAST_SECONDS, _end_group)
        timer.daemon = True
        timer.start()
        self._interrupt(self._training)
        self._jobs.put(None)

    def _interrupt(self, number: int) -> None:
        with self._switching:
            again, self._unwanted = number == self._unwanted, number
            # A second signal would end the training at once.
            if number == self._training != 0 and not again:
                _signal_main_thread()

    def _receive(self, number: int, frame: FrameType | None) -> None:
        """Handle a signal outside of training, which handles its own.

        An error that is raised here could be anywhere, such as within an import, whose lock would
        never be released. Nothing is lost if the process ends.
        """
        del frame
        # A stop may be late, but SIGTERM means that the system shuts down.
        if number == signal.SIGTERM or (self._training and self._training == self._unwanted):
            self._ending = True
            self._abandoned.put(None)

    def _abandon(self) -> None:
        """End this process, with its job, once a signal asks for that."""
        self._abandoned.get()
        if self._training:
            self.report(ended="interrupted", reason="", last=True)
        _end_group()


class _Warnings(logging.Handler):
    """Sends zookit's warnings, and prints them to the log."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(logging.WARNING)
        self._worker = worker

    def emit(self, record: logging.LogRecord) -> None:
        text = " ".join(record.getMessage().split())
        print(f"zookit: {text}", file=sys.stderr)
        self._worker.report(warning=text)


def _job_of(values: dict[str, Any]) -> Job:
    start = values["start"]
    listeners = tuple(values["listeners"])
    return Job(
        **{**values, "start": None if start is None else Path(start), "listeners": listeners}
    )


@contextmanager
def _job_environment(command: dict[str, Any]) -> Iterator[None]:
    """Undo at the end what a plugin changes for the whole process."""
    with ExitStack() as restored:
        restored.enter_context(at_command_line(command["at_command_line"]))
        restored.enter_context(messages_shown(quiet=True))  # each warning once for each job
        restored.enter_context(chdir(Path.cwd()))
        restored.callback(_restore_variables, dict(os.environ))
        yield


@contextmanager
def _time_limit(seconds: float, log: int) -> Iterator[None]:
    """Write the stack to the log and end this process after this time."""
    # This timer needs no interpreter lock.
    faulthandler.dump_traceback_later(max(seconds, 0.001), exit=True, file=log)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def _restore_variables(before: dict[str, str]) -> None:
    if dict(os.environ) != before:
        os.environ.clear()
        os.environ.update(before)


def _is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error has to do with memory, of which this process may hold too much now."""
    while error is not None:
        if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
            return True
        error = error.__cause__ or error.__context__
    return False


def _signal_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)  # type: ignore[arg-type]
    else:
        signal.raise_signal(signal.SIGINT)


def _end_group() -> None:
    """End this process and what it started."""
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpid(), signal.SIGKILL)
    os._exit(0)
