"""Copies of a run's folder as a kill would leave it."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zookit.core import Listener, RunContext, hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    import keras


@dataclass(frozen=True)
class Snapshots(Listener):
    """Copies the run's folder into `into/N/` after N executions, for each of these N."""

    into: Path
    after: tuple[int, ...]

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        import keras

        seen = 0

        def copy(batch: int, logs: Any = None) -> None:
            nonlocal seen
            seen += 1
            if seen in self.after:
                shutil.copytree(run.folder, self.into / str(seen) / run.folder.name)

        return [keras.callbacks.LambdaCallback(on_train_batch_end=copy)]
