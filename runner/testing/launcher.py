"""The contract of launchers."""

import time

from zookit.testing.check import require
from zookit.testing.launcher_trial import (
    DEADLY,
    PATIENCE,
    Trial,
    left_processes,
    opened,
    reopened,
    small_experiment,
    trained_here,
    weights_of,
)
from zookit.testing.target import NotApplicable, Target

_ENDLESS = 1_000_000
"""Epochs of a training that does not end by itself."""
_LIMIT = 10.0
"""Seconds that it may take, from when TensorFlow is imported."""


def trains_jobs_to_the_end(target: Target) -> None:
    """It trains all jobs that are submitted; `submit` and `poll` do not wait for a training.

    `collect` hands out the whole run, which is that of `zookit run` to the last bit.
    """
    with opened(target) as trial:
        capacity = trial.jobs.capacity()
        require(capacity >= 1, f"its capacity is {capacity}, before anything was submitted")
        experiments = {name: small_experiment(seed=seed) for seed, name in enumerate(("a", "b"))}
        for name, experiment in experiments.items():
            state = trial.submit(name, experiment).state
            early = state in ("waiting", "running")
            require(early, f"a job is {state} when submit returns")
        for name, experiment in experiments.items():
            status = trial.ended(name, "finished")
            found = status.epochs, set(status.values)
            require(found == (2, {"loss", "accuracy"}), f"of a finished job, poll says {status}")
            _, record = trial.collect(name)
            require(record.status == "finished", f"the run of a finished job is {record.status}")
            plain = trained_here(experiment, trial.folder / f"plain {name}")
            require(
                weights_of(record) == weights_of(plain) and record.history == plain.history,
                "a run has other weights than one that was trained without it",
            )


def says_how_jobs_end(target: Target) -> None:
    """A job with an error becomes `failed`, and others continue. The reason is one line.

    A job whose process is killed, or that takes longer than it may, becomes `lost`.
    """
    with opened(target) as trial:
        trial.submit("wrong", small_experiment(), data_hash="0" * 64)
        trial.submit("deadly", small_experiment(DEADLY))
        trial.submit("long", small_experiment(epochs=_ENDLESS), seconds=_LIMIT)
        trial.submit("healthy", small_experiment(seed=1))
        _require_reason(trial, "wrong", "failed")
        _require_reason(trial, "long", "lost")
        trial.ended("healthy", "finished")
        trial.collect("healthy")
        deadly = trial.until("deadly")
        if deadly.state == "failed" and DEADLY.short_name in deadly.reason:
            raise NotApplicable("its workers do not see ZOOKIT_PLUGINS of this process")
        _require_reason(trial, "deadly", "lost")
        _, record = trial.collect("deadly")
        require(record.status == "killed", f"the run of a killed process is {record.status}")


def continues_what_was_cancelled(target: Target) -> None:
    """A job that is cancelled becomes `interrupted`, with a checkpoint.

    A job that starts from the archive of such a run continues it.
    """
    with opened(target) as trial:
        experiment = small_experiment(epochs=_ENDLESS)
        trial.submit("long", experiment)
        trial.until("long", lambda status: status.epochs > 0)
        trial.jobs.cancel("long")
        trial.ended("long", "interrupted")
        path, first = trial.collect("long")
        require(first.epochs > 0, "an interrupted job has no epoch")
        trial.submit("long-2", experiment, start=path)
        trial.until("long-2", lambda status: status.epochs > first.epochs)
        trial.jobs.cancel("long-2")
        trial.ended("long-2", "interrupted")
        _, second = trial.collect("long-2")
        resumed = [each.epochs for each in second.environment.resumptions]
        require(
            resumed == [first.epochs],
            f"a job did not continue the run in which it starts: resumed after {resumed}",
        )


def leaves_nothing_behind(target: Target) -> None:
    """After `close`, jobs that cannot continue without this process have ended, with a checkpoint.

    A process that opens it again in the same folder can collect their runs.
    """
    with opened(target) as trial:
        trial.submit("long", small_experiment(epochs=_ENDLESS))
        trial.until("long", lambda status: status.epochs > 0)
        trial.close()
        again = reopened(trial, target)
        try:
            if "long" in again.submitted:  # it continues
                again.jobs.cancel("long")
                again.ended("long", "interrupted")
            _, record = again.collect("long")
            require(record.epochs > 0, "the run of a job that was closed has no epoch")
        finally:
            again.close()
        _require_no_processes(trial)


def _require_reason(trial: Trial, name: str, state: str) -> None:
    reason = trial.ended(name, state).reason
    require(reason and reason.isprintable(), f"the reason of a job that is {state} is {reason!r}")


def _require_no_processes(trial: Trial) -> None:
    deadline = time.monotonic() + min(10.0, PATIENCE)
    while left := left_processes(trial):
        require(time.monotonic() < deadline, f"after close, {len(left)} processes are left")
        time.sleep(0.1)


CHECKS = (
    trains_jobs_to_the_end,
    says_how_jobs_end,
    continues_what_was_cancelled,
    leaves_nothing_behind,
)
