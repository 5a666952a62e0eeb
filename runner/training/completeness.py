"""Whether anything is left to train in a run."""

import shlex

from zookit.core import BadParameter, BadRun
from zookit.core.messages import counted, option
from zookit.runs.checkpoint import Checkpoint
from zookit.runs.resume_command import command_with_files, resume_command
from zookit.runs.run import CHECKPOINT, EVALUATION, EXPERIMENT, WEIGHTS, RunRecord


def check_unchanged(record: RunRecord) -> None:
    """Raise BadRun if the run's files contradict each other."""
    if record.contradiction:
        file = shlex.quote(str(record.folder / EXPERIMENT))
        raise BadRun(
            f"{record.folder}: {record.contradiction} To run a changed experiment: zookit run "
            f"--from {file}"
        )


def why_complete(record: RunRecord, checkpoint: Checkpoint | None, epochs: int | None) -> str:
    """Return why nothing is left to train up to `epochs`; empty if something is.

    Raises BadParameter if more epochs are already trained, and BadRun if the checkpoint that is
    needed is missing.
    """
    done = 0 if checkpoint is None else checkpoint.position.epochs
    partial = checkpoint is not None and checkpoint.position.steps > 0
    if epochs is not None and epochs < done + partial:
        next_epoch = f" and a part of epoch {done + 1}" if partial else ""
        lost = (
            f" ({record.epochs - done} more are not in its checkpoint)"
            if record.epochs > done
            else ""
        )
        raise BadParameter(
            f"{record.name} already has {counted(done, 'epoch')}{next_epoch}{lost}, more than "
            f"{option('--epochs ', 'epochs=')}{epochs}. Use {option('--epochs ', 'epochs=')}"
            f"{done + partial} or more."
        )
    if record.ending is not None and record.ending.status == "pruned":
        words = ("run", "--from", str(record.folder / EXPERIMENT))
        again = command_with_files(record.environment.owners().values(), *words)
        return f"a search stopped it early, after epoch {record.epochs}. To train it whole: {again}"
    if record.ending is None or record.ending.status != "finished":
        return ""
    if checkpoint is None:
        raise BadRun(
            f"{record.folder} cannot be resumed: {CHECKPOINT} is missing. Restore the file from a "
            "copy of the run, or run the experiment again."
        )
    if not all((record.folder / name).exists() for name in (WEIGHTS, EVALUATION)):
        return ""  # resuming writes them again
    if checkpoint.position.stopped:
        return f"{record.ending.stopped_by or 'a callback'} ended it after epoch {done}"
    if (epochs or record.experiment.settings.epochs) <= done:
        further = option(resume_command(record, "--epochs", "N"), "resume(epochs=N)")
        return f"it has {counted(done, 'epoch')}. To train it further: {further}"
    return ""
