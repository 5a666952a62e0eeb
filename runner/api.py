"""The front door for programs."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from zookit.composition import compose
from zookit.console import messages_shown
from zookit.core import Architecture, Callback, Dataset, Listener, Result, warn
from zookit.listening import chosen


def run(
    dataset: str | Dataset,
    architecture: str | Architecture,
    callbacks: str | Callback | Iterable[str | Callback] = (),
    *,
    listeners: str | Listener | Iterable[str | Listener] = (),
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
    from zookit.training import train  # brings NumPy in, which composing does not need

    named = (callbacks,) if isinstance(callbacks, str | Callback) else tuple(callbacks)
    told = (listeners,) if isinstance(listeners, str | Listener) else tuple(listeners)
    with messages_shown(quiet):
        composition = compose(dataset, architecture, named, settings)
        for component in composition.experiment.components():
            if not component.rebuildable:
                warn(
                    f"{component.name} was made by hand; no entry point names it, so this run "
                    "cannot be rebuilt from its folder alone."
                )
        return train(composition, Path(runs_dir), chosen(told), quiet=quiet)
