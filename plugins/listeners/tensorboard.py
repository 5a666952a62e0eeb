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
    """Writes event files for TensorBoard to the run folder.

    They contain the logged values and the learning rate of each epoch (TensorBoard counts from 0),
    the model as a graph, a summary of the run as text, and the test metrics. To view all runs:

        tensorboard --logdir runs
    """

    packages: ClassVar[Mapping[str, str]] = {"tensorboard": "zookit[tensorboard]"}

    histograms: Annotated[
        int, Ge(0), Doc("Number of epochs between histograms of the weights; 0 for no histograms.")
    ] = 0

    def build(self) -> object:
        """Return an object that writes the event files of one run."""
        return _EventFiles(self.histograms)


class _EventFiles:
    """Writes the folders `train`, `validation` and `test`; TensorBoard shows one curve for each."""

    def __init__(self, histograms: int) -> None:
        self._histograms = histograms
        self._callback: keras.callbacks.TensorBoard | None = None

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Write the summary of the run."""
        import tensorflow as tf

        with _writing(run.folder / "tensorboard" / "train"):
            tf.summary.text("summary", _markdown(run.summary), step=0)

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        """Return Keras's TensorBoard callback."""
        import keras

        self._callback = keras.callbacks.TensorBoard(
            run.folder / "tensorboard", histogram_freq=self._histograms
        )
        return [self._callback]

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Write the test metrics at the last epoch."""
        import tensorflow as tf

        self._close()
        if result.metrics:
            with _writing(result.folder / "tensorboard" / "test"):
                for name, value in result.metrics.items():
                    tf.summary.scalar(f"epoch_{name}", value, step=result.epochs - 1)

    @hookimpl
    def run_failed(self) -> None:
        """Close the event files."""
        self._close()

    def _close(self) -> None:
        # Keras closes its files only if training ends normally.
        if self._callback is not None:
            self._callback.on_train_end()


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Write summaries to an event file in this folder."""
    import tensorflow as tf

    writer = tf.summary.create_file_writer(str(folder))
    try:
        with writer.as_default():
            yield
    finally:
        writer.close()


def _markdown(lines: Mapping[str, object]) -> str:
    """Return names and values as a Markdown table, which TensorBoard renders."""
    rows = [(name, " ".join(str(value).split())) for name, value in lines.items()]
    rows = [("", ""), ("---", "---"), *rows]
    return "\n".join(f"| {name} | {value.replace('|', '&#124;')} |" for name, value in rows)
