"""What is the callback's own, beside its examples, which the contract looks at."""

import pytest
from zookit.core import TrainingFailed
from zookit.testing import epochs_trained


def test_an_epoch_that_is_better_begins_the_wait_anew() -> None:
    loss = [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25, 0.1]
    assert epochs_trained("stop_on_plateau:patience=2", loss=loss) == 7


def test_a_value_that_is_never_logged_is_told() -> None:
    with pytest.raises(TrainingFailed, match="'val_loss' is never logged"):
        epochs_trained("stop_on_plateau:monitor=val_loss", loss=[1.0])
