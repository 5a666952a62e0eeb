"""`stop_at_accuracy` stops after the first epoch whose accuracy is at or above the threshold."""

from callback_training import begun, built


def test_it_reports_the_epoch_and_the_value(messages: list[str]) -> None:
    harness = begun(built("stop_at_accuracy:0.8,monitor=val_accuracy"))
    harness.train({"accuracy": [0.9, 0.9, 0.9], "val_accuracy": [0.79, 0.8, 0.7]})
    assert harness.epoch == 2
    assert harness.model.stop_training
    assert messages == ["stop_at_accuracy: val_accuracy reached 0.8000 in epoch 2; stopping."]
