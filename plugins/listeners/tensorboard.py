"""The listener `tensorboard`."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Ge

from zookit.core import Doc, Listener, Result, RunContext, hookimpl

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class TensorBoard(Listener):
    """Event files for TensorBoard, kept in the run's folder.

    They hold each epoch's values and learning rate (TensorBoard counts epochs from 0), the layers
    as a graph, the composition as a text, and at the end the test values. To see all runs:

        tensorboard --logdir runs
    """

    packages: ClassVar[Mapping[str, str]] = {"tensorboard": "zookit[tensorboard]"}

    histograms: Annotated[
        int, Ge(0), Doc("Epochs from one histogram of the weights to the next; 0 keeps none.")
    ] = 0

    def build(self) -> object:
        """What writes the event files of one run."""
        return _EventFiles(self.histograms)


class _EventFiles:
    """The folders `train`, `validation` and `test`, which TensorBoard shows as a curve each."""

    def __init__(self, histograms: int) -> None:
        self._histograms = histograms
        self._epochs: keras.callbacks.TensorBoard | None = None

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Write what was composed."""
        import tensorflow as tf

        with _writing(run.folder / "tensorboard" / "train"):
            tf.summary.text("composition", _table(run.summary), step=0)

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        """What Keras offers for the purpose."""
        import keras

        self._epochs = keras.callbacks.TensorBoard(
            run.folder / "tensorboard", histogram_freq=self._histograms
        )
        return [self._epochs]

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Write the test values beside those of the last epoch."""
        import tensorflow as tf

        self._close()
        if result.metrics:
            with _writing(result.folder / "tensorboard" / "test"):
                for name, value in result.metrics.items():
                    tf.summary.scalar(f"epoch_{name}", value, step=result.epochs - 1)

    @hookimpl
    def run_failed(self) -> None:
        """Keep what there is."""
        self._close()

    def _close(self) -> None:
        # Keras closes its files where training comes to its end only.
        if self._epochs is not None:
            self._epochs.on_train_end()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Let summaries go to an event file of their own in that folder."""
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(folder))
    try:
        with writer.as_default():
            yield
    finally:
        writer.close()


def _table(lines: Mapping[str, object]) -> str:
    """Names and values as a table in Markdown, which TensorBoard renders."""
    rows = [(name, " ".join(str(value).split())) for name, value in lines.items()]
    rows = [("", ""), ("---", "---"), *rows]
    return "\n".join(f"| {name} | {value.replace('|', '&#124;')} |" for name, value in rows)
