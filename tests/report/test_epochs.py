"""The table of epochs."""

from dataclasses import replace

import pytest
from made_runs import digits

from zookit.report.epochs import ROWS, durations, epochs_of


def test_many_epochs_are_thinned_out_and_the_last_is_kept() -> None:
    count = 4 * ROWS - 1
    losses = tuple(1 / at for at in range(1, count + 1))
    run = replace(digits(), history={"loss": losses}, seconds=(0.5,) * (count - 1))
    epochs = epochs_of(run)
    assert epochs.every == 4
    assert len(epochs.rows) <= ROWS + 1
    assert [at for at, _ in epochs.rows[:2]] == [1, 5]
    at, (loss, seconds) = epochs.rows[-1]
    assert at == count
    assert loss is not None
    assert loss.value == losses[-1]
    # The run was killed before it wrote the last duration.
    assert seconds is None


@pytest.mark.parametrize(
    ("seconds", "facts"),
    [
        ((), []),
        ((3.0,), ["3 s"]),
        ((9.0, 2.0, 2.0, 5.0), ["4 epochs", "18 s", "9 s", "2 s each"]),
    ],
)
def test_durations_are_a_sentence(seconds: tuple[float, ...], facts: list[str]) -> None:
    sentence = durations(seconds)
    assert bool(sentence) == bool(seconds)
    assert all(fact in sentence for fact in facts)
