"""`stop_at_loss` stops after the first epoch whose loss is at or below the threshold."""

from callback_training import begun, built


def test_it_reports_the_epoch_and_the_value(messages: list[str]) -> None:
    harness = begun(built("stop_at_loss:0.4"))
    harness.train({"loss": [0.9, 0.41, 0.4, 0.3]})
    assert harness.epoch == 3
    assert harness.model.stop_training
    assert messages == ["stop_at_loss: loss reached 0.4000 in epoch 3; stopping."]


def test_it_says_that_the_value_was_not_reached(messages: list[str]) -> None:
    harness = begun(built("stop_at_loss:0.4"))
    harness.train({"loss": [0.9, 0.5]})
    harness.end()
    (line,) = messages
    assert "loss did not reach 0.4; it is 0.5000" in line


def test_it_is_silent_if_another_callback_ended_the_training(messages: list[str]) -> None:
    harness = begun(built("stop_at_loss:0.4"))
    harness.train({"loss": [0.9, 0.5]})
    harness.model.stop_training = True
    harness.end()
    assert messages == []
