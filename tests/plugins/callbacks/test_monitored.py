"""A value that is not logged ends the run, with an error that says what is logged."""

from pathlib import Path

import pytest
from callback_training import begun, built

from zookit.core import TrainingFailed


@pytest.mark.parametrize(
    "words",
    [
        "early_stopping:monitor=val_accuracy",
        "reduce_lr_on_plateau:monitor=val_accuracy",
        "model_checkpoint:best.keras,save_best_only=true,monitor=val_accuracy",
        "model_checkpoint:{val_accuracy:.2f}.keras",
        "stop_at_loss:monitor=val_accuracy",
    ],
)
def test_a_value_that_is_not_logged_is_an_error(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    harness = begun(built(words))
    with pytest.raises(TrainingFailed) as raised:
        harness.train({"loss": [0.5], "accuracy": [0.5]})
    name = words.partition(":")[0]
    assert str(raised.value).startswith(name)
    for text in ("'val_accuracy'", "Did you mean 'accuracy'?", "accuracy, loss", "validation=0.1"):
        assert text in str(raised.value)


def test_a_metric_of_unknown_direction_needs_a_mode() -> None:
    harness = begun(built("early_stopping:monitor=lr"))
    with pytest.raises(TrainingFailed, match=r"^early_stopping: .* Write mode=max or mode=min\.$"):
        harness.train({"lr": [0.1]})
