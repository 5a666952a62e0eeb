"""The progress of training."""

from zookit.runs.checkpoint import Checkpoint, Position
from zookit.training.state import State, format_values, logged_values


def test_the_loss_comes_first_and_validation_last() -> None:
    logs = {"accuracy": 1, "log_loss": 2, "loss": 3, "val_accuracy": 4, "val_loss": 5}
    expected = ["loss", "accuracy", "log_loss", "val_loss", "val_accuracy"]
    assert list(logged_values(logs)) == expected
    assert logged_values(None) == {}


def test_values_have_four_decimals() -> None:
    assert format_values({"loss": 0.43214, "accuracy": 1}) == "loss 0.4321  accuracy 1.0000"


def test_a_state_continues_from_a_checkpoint() -> None:
    position = Position("id", 1, 0, False, 0.0, {"loss": (2.0,)}, (0.5,), ())  # noqa: FBT003
    state = State.of(Checkpoint(position))
    assert state.epochs == 1
    state.start_epoch()
    state.executions += 3
    state.end_epoch({"loss": 1.0})
    assert state.plain_history() == {"loss": (2.0, 1.0)}
    assert state.epochs == 2
    state.start_epoch()
    assert state.executions == 0
    assert State.of(None).plain_history() == {}
