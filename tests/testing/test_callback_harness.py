"""Callbacks in trainings with given values."""

from zookit.plugins import StopAtLoss
from zookit.testing import epochs_trained


def test_epochs_trained() -> None:
    assert epochs_trained("stop_at_loss:0.4", loss=[0.9, 0.5, 0.3, 0.2]) == 3
    assert epochs_trained("stop_at_loss:0.1", loss=[0.9, 0.5, 0.3, 0.2]) == 4
    assert epochs_trained(StopAtLoss(0.6), loss=[0.9, 0.5, 0.3, 0.2]) == 2
