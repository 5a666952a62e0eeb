"""The bar within an epoch."""

import io

import pytest
from rich.console import Console
from rich.progress import Progress

from zookit.training.progress_callback import ProgressCallback


@pytest.fixture
def bars() -> Progress:
    console = Console(file=io.StringIO(), force_terminal=True)
    return Progress(console=console, auto_refresh=False)


def test_the_bar_moves_at_most_as_often_as_it_is_drawn(
    bars: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    callback = ProgressCallback(bars, 3, updates_per_second=10)
    callback.set_params({"steps": 24})
    callback.on_epoch_begin(1)
    (task,) = bars.tasks
    assert (task.description, task.total, task.completed) == ("epoch 2/3", 24, 0)
    callback.on_train_batch_end(1, {"loss": 0.5})
    assert (task.completed, task.fields["values"]) == (2, "loss 0.5000")
    now += 0.05
    callback.on_train_batch_end(3, {"loss": 0.4})
    assert task.completed == 2
    now += 0.06
    # The last execution may have fewer steps than Keras expects.
    callback.on_train_batch_end(25, {"loss": 0.4})
    assert task.completed == 24
    callback.on_epoch_end(1)
    assert bars.tasks == []
