"""Shows a run on a console while it trains."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from zookit.console import Console
from zookit.core import Result, RunContext, hookimpl
from zookit.core.messages import counted
from zookit.runs.run import METRICS, RunRecord
from zookit.tables import facts
from zookit.training.state import format_values

if TYPE_CHECKING:
    import keras

UPDATES_PER_SECOND = 10


class Display:
    """Shows a summary, a bar within each epoch, a line after it, and the result.

    The bar needs a terminal. In a notebook, the lines are plain output.
    """

    def __init__(self, console: Console) -> None:
        # Rich would put each line into an output of its own, and a bar needs ipywidgets.
        self._console = (
            Console(force_jupyter=False, force_terminal=False, width=100)
            if console.is_jupyter
            else console
        )
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[values]}", markup=False),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            refresh_per_second=UPDATES_PER_SECOND,
            disable=not self._console.is_terminal,
        )

    @hookimpl
    def run_started(self, run: RunContext) -> None:
        """Show the summary."""
        lines = ((name, " ".join(str(value).split())) for name, value in run.summary.items())
        self._console.print(facts(lines))
        self._epochs = run.experiment.settings.epochs

    @hookimpl
    def keras_callbacks(self, run: RunContext) -> "Sequence[keras.callbacks.Callback]":
        """Return the callback that moves the bar."""
        from zookit.training.progress_callback import ProgressCallback

        return [ProgressCallback(self._bars, run.experiment.settings.epochs, UPDATES_PER_SECOND)]

    @hookimpl
    def epoch_ended(self, epoch: int, values: Mapping[str, float], seconds: float) -> None:
        """Print a line."""
        line = f"epoch {epoch}/{self._epochs}  {format_values(values)}  {seconds:.1f} s"
        self._console.print(Text(line), soft_wrap=True)

    @hookimpl
    def run_finished(self, result: Result) -> None:
        """Print the result and the run's folder."""
        self._bars.stop()
        show_result(self._console, result)

    @hookimpl
    def run_failed(self, result: Result) -> None:
        """Print the run's folder if it was saved; the error itself is reported by the caller."""
        self._bars.stop()
        if (result.folder / METRICS).is_file():
            self._console.print(Text(f"saved in {result.folder}"), soft_wrap=True)


def show_result(console: Console, result: Result | RunRecord) -> None:
    """Print the test metrics and the run's folder, one line each."""
    if result.status == "interrupted":
        console.print(f"interrupted after {counted(result.epochs, 'whole epoch')}", soft_wrap=True)
    else:
        console.print(Text(f"test  {format_values(result.metrics)}"), soft_wrap=True)
    console.print(Text(f"saved in {result.folder}"), soft_wrap=True)
