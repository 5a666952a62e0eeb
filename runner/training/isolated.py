"""Resumes or repeats a run in a process of its own if this one cannot use the run's threads."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from zookit.core import Component, Listener, ZookitError
from zookit.core.messages import at_command_line, counted, is_at_command_line
from zookit.isolation import run_in_child
from zookit.modeling.runtime import can_use_threads
from zookit.runs.models import check_resumable
from zookit.runs.run import RunRecord, read_run
from zookit.terminal import messages_shown
from zookit.training.listeners import select_listeners
from zookit.training.reproduce import Reproduction, reproduce
from zookit.training.session import View, resume


def resume_here_or_isolated(
    record: RunRecord,
    listeners: Sequence[str | Listener],
    *,
    epochs: int | None,
    view: View,
    instances: Sequence[Component],
    allow_writes: bool,
) -> None:
    """Resume a run. Raises ZookitError as `resume` does, and if instances need this process.

    An installed model cannot be resumed, either.
    """
    check_resumable(record)
    if can_use_threads(record.environment.runtime.intra_op_threads):
        attached = select_listeners(listeners)
        resume(
            record,
            attached,
            epochs=epochs,
            view=view,
            instances=instances,
            allow_writes=allow_writes,
        )
        return
    words = [each for each in listeners if isinstance(each, str)]
    _check_no_instances(record, [each for each in listeners if not isinstance(each, str)])
    argument: dict[str, Any] = {"folder": str(record.folder), "epochs": epochs, "listeners": words}
    argument |= _common(view, allow_writes=allow_writes)
    run_in_child(f"{__name__}:resume_in_child", argument)


def reproduce_here_or_isolated(
    record: RunRecord,
    runs_dir: Path,
    *,
    view: View,
    instances: Sequence[Component],
    allow_writes: bool,
) -> Reproduction:
    """Repeat a run and compare. Raises ZookitError as `resume_here_or_isolated` does."""
    if can_use_threads(record.environment.runtime.intra_op_threads):
        return reproduce(
            record, runs_dir, view=view, instances=instances, allow_writes=allow_writes
        )
    _check_no_instances(record)
    argument: dict[str, Any] = {"folder": str(record.folder), "runs_dir": str(runs_dir.absolute())}
    argument |= _common(view, allow_writes=allow_writes)
    answer = run_in_child(f"{__name__}:reproduce_in_child", argument)
    again = read_run(Path(answer["folder"]))
    return Reproduction(record, again, tuple(answer["environment"]), tuple(answer["values"]))


def _common(view: View, *, allow_writes: bool) -> dict[str, Any]:
    return {
        "quiet": view.quiet,
        "at_command_line": is_at_command_line(),
        "allow_writes": allow_writes,
    }


def resume_in_child(argument: dict[str, Any]) -> None:
    """Resume a run in this process, which is a child."""
    with messages_shown(argument["quiet"]), at_command_line(argument["at_command_line"]):
        resume(
            read_run(Path(argument["folder"])),
            select_listeners(argument["listeners"]),
            epochs=argument["epochs"],
            view=View(argument["quiet"]),
            allow_writes=argument["allow_writes"],
        )


def reproduce_in_child(argument: dict[str, Any]) -> dict[str, object]:
    """Repeat a run in this process, which is a child."""
    with messages_shown(argument["quiet"]), at_command_line(argument["at_command_line"]):
        record = read_run(Path(argument["folder"]))
        return reproduce(
            record,
            Path(argument["runs_dir"]),
            view=View(argument["quiet"]),
            allow_writes=argument["allow_writes"],
        ).plain()


def _check_no_instances(record: RunRecord, listeners: Sequence[Listener] = ()) -> None:
    """Raise ZookitError if the run needs instances, which only this process has."""
    components = [each.name for each in record.experiment.components() if not each.registered]
    unregistered = [*components, *(type(each).__name__ for each in listeners)]
    if unregistered:
        threads = record.environment.runtime.intra_op_threads
        raise ZookitError(
            f"{record.name} was trained with {counted(threads, 'thread')}, but "
            f"TensorFlow already uses another number in this process, and zookit cannot start a "
            f"process for {unregistered[0]}, which is not registered. Call this in a new Python "
            "process, before any other training."
        )
