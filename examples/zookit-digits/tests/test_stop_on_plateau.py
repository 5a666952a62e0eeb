"""The callback `stop_on_plateau`, beyond its examples, which the contract test runs."""

import pytest
from zookit.core import TrainingFailed
from zookit.testing import epochs_trained


def test_an_improvement_resets_the_counter() -> None:
    loss = [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.1]
    assert epochs_trained("stop_on_plateau:patience=2", loss=loss) == 7


def test_a_value_that_is_not_logged_is_an_error() -> None:
    with pytest.raises(TrainingFailed, match="'val_loss' is not logged"):
        epochs_trained("stop_on_plateau:monitor=val_loss", loss=[1.0])
