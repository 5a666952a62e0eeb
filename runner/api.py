"""The front door for programs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zookit.core import Architecture, Callback, Dataset, Listener, Result, warn
from zookit.runs.naming import every_run, find_run
from zookit.runs.run import RunRecord, read_run
from zookit.terminal import messages_shown
from zookit.training.listeners import chosen
from zookit.training.resolve import compose

Listeners = str | Listener | Iterable[str | Listener]


def run(
    dataset: str | Dataset,
    architecture: str | Architecture,
    callbacks: str | Callback | Iterable[str | Callback] = (),
    *,
    listeners: Listeners = (),
    runs_dir: str | Path = "runs",
    quiet: bool = False,
    **settings: Any,
) -> Result:
    """Train an architecture on a data set and evaluate it, as `zookit run` does.

    Args:
        dataset: a name, words (`"image_folder:path=photos"`) or an instance; so the next two.
        architecture: the architecture.
        callbacks: one callback, or any number of them.
        listeners: one listener, or any number of them, beside those that ZOOKIT_WITH names.
        runs_dir: the folder in which the run's own folder is made.
        quiet: show nothing but warnings.
        **settings: the fields of `zookit.core.Settings`: epochs, batch_size, seed, ...

    Returns:
        The result: history, metrics, model and folder. `status` is "interrupted" after Ctrl-C.

    Raises:
        ZookitError: what was asked cannot be done; the message says what to mend.
    """
    from zookit.training.session import train  # brings NumPy in, which composing does not need

    named = (callbacks,) if isinstance(callbacks, str | Callback) else tuple(callbacks)
    with messages_shown(quiet):
        composition = compose(dataset, architecture, named, settings)
        for component in composition.experiment.components():
            if not component.rebuildable:
                warn(
                    f"{component.name} was made by hand; no entry point names it, so this run "
                    "cannot be rebuilt from its folder alone."
                )
        return train(composition, Path(runs_dir), chosen(_each(listeners)), quiet=quiet)


def resume(
    run: str | Path,
    epochs: int | None = None,
    *,
    listeners: Listeners = (),
    runs_dir: str | Path = "runs",
    quiet: bool = False,
) -> Result | None:
    """Go on with a run that was killed, interrupted or failed, or train a finished one further.

    Args:
        run: its folder, the start of its name or of its hash in `runs_dir`, or "latest".
        epochs: how many it is to have in all; its own number unless given.
        listeners: as `zookit.run` takes them.
        runs_dir: where it is looked for.
        quiet: show nothing but warnings.

    Returns:
        The result; None where nothing is left to do. It ends as it would have had it never
        stopped, to the last bit where TensorFlow has as many threads in this process.

    Raises:
        ZookitError: BadRun where the run is damaged or cannot be rebuilt.
    """
    from zookit.training.session import resume as go_on

    with messages_shown(quiet):
        kept = open_run(run, runs_dir)
        return go_on(kept, chosen(_each(listeners)), epochs=epochs, quiet=quiet)


def open_run(run: str | Path, runs_dir: str | Path = "runs") -> RunRecord:
    """A kept run, read and checked; its `model()` is built again when it is asked for.

    `run` is a folder, the start of a run's name or of its hash in `runs_dir`, or "latest". Raises
    BadRun.
    """
    return read_run(find_run(str(run), Path(runs_dir)))


def list_runs(runs_dir: str | Path = "runs") -> list[RunRecord]:
    """All runs in a folder, oldest first; what cannot be read is warned of and passed over.

    Raises BadRun where the folder itself cannot be read.
    """
    with messages_shown(quiet=False):
        return every_run(Path(runs_dir))


def _each(listeners: Listeners) -> tuple[str | Listener, ...]:
    return (listeners,) if isinstance(listeners, str | Listener) else tuple(listeners)
