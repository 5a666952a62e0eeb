"""What a person sees of a run while it trains."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from zookit.core import Result, RunContext, hookimpl
from zookit.training.logs import logged_values

if TYPE_CHECKING:
    import keras

UPDATES_A_SECOND = 10


class Display:
    """Shows what was composed, a bar within each epoch, a line after it, and the result."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[values]}", markup=False),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            refresh_per_second=UPDATES_A_SECOND,
            disable=not console.is_terminal,
        )

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Show what was composed."""
        table = Table.grid(padding=(0, 2))
        table.add_column()
        table.add_column(overflow="fold")
        for name, value in run.summary.items():
            # Text, not markup: a folder may be called a[/].
            table.add_row(name, Text(" ".join(str(value).split())))
        self._console.print(table)
        self._epochs = run.experiment.settings.epochs

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        """The callback that moves the bar."""
        return [_bar_callback(self._bars, run.experiment.settings.epochs)]

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float], seconds: float) -> None:
        """Leave a line."""
        line = f"epoch {epoch}/{self._epochs}  {shown(values)}  {seconds:.1f} s"
        self._console.print(Text(line), soft_wrap=True)

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Show the result and where it is kept."""
        self._bars.stop()
        show_result(self._console, result)

    @hookimpl
    def run_failed(self, result: Result) -> None:
        """Say where what there is was kept; the error itself is shown by whoever asked."""
        self._bars.stop()
        self._console.print(Text(f"what there is was kept in {result.folder}"), soft_wrap=True)


def show_result(console: Console, result: Result) -> None:
    """Test loss and accuracy, and the folder, in two lines."""
    if result.status == "interrupted":
        plural = "" if result.epochs == 1 else "s"
        console.print(f"interrupted after {result.epochs} whole epoch{plural}", soft_wrap=True)
    else:
        console.print(Text(f"test  {shown(result.metrics)}"), soft_wrap=True)
    console.print(Text(f"kept in {result.folder}"), soft_wrap=True)


def shown(values: Mapping[str, float]) -> str:
    """`loss 0.4321  accuracy 0.8450`."""
    return "  ".join(f"{name} {value:.4f}" for name, value in values.items())


def _bar_callback(bars: Progress, epochs: int) -> "keras.callbacks.Callback":
    import keras

    class MoveBar(keras.callbacks.Callback):
        """Moves the bar at most as often as it is drawn."""

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            del logs
            bars.start()
            self._task = bars.add_task(
                f"epoch {epoch + 1}/{epochs}", total=self.params["steps"], values=""
            )
            self._drawn = 0.0

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            now = time.monotonic()
            if now - self._drawn >= 1 / UPDATES_A_SECOND:
                self._drawn = now
                # The last execution of an epoch may have fewer steps than Keras reckons.
                done = min(batch + 1, self.params["steps"])
                bars.update(self._task, completed=done, values=shown(logged_values(logs)))

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            del epoch, logs
            bars.remove_task(self._task)
            bars.stop()

    return MoveBar()
