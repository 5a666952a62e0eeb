"""`swap_ema_weights` acts as Keras's SwapEMAWeights, and training may end after any epoch."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest
from callback_training import begun, built


def averaged(
    callback: keras.callbacks.Callback,
    epochs: int = 4,
    after: Sequence[keras.callbacks.Callback] = (),
) -> dict[str, Any]:
    """The history and weights of a fit with Keras alone, whose optimizer averages the weights."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1, use_ema=True, ema_momentum=0.9), "mse")
    drawn = np.random.default_rng(0)
    images, labels = drawn.random((32, 3)), drawn.random((32, 1))
    fitted = model.fit(
        *(images, labels),
        validation_data=(images, labels),
        epochs=epochs,
        shuffle=False,
        verbose=0,
        callbacks=[callback, *after],
    )
    return {**fitted.history, "weights": np.concatenate([w.ravel() for w in model.get_weights()])}


@pytest.fixture(scope="module")
def without() -> dict[str, Any]:
    return averaged(keras.callbacks.Callback())


@pytest.mark.slow
@pytest.mark.parametrize("swap", [False, True])
def test_it_acts_as_that_of_keras(swap: bool, without: dict[str, Any]) -> None:
    expected = averaged(keras.callbacks.SwapEMAWeights(swap_on_epoch=swap))
    found = averaged(built(f"swap_ema_weights:{str(swap).lower()}"))
    for name in ("loss", "val_loss", "weights"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-4)
    assert not np.allclose(found["val_loss"], without["val_loss"], rtol=1e-2)
    np.testing.assert_array_equal(found["loss"], without["loss"])


def test_the_model_has_the_averages_if_training_ends_early() -> None:
    def stop(epoch: int, logs: Any) -> None:
        stopping.model.stop_training = epoch == 1

    stopping = keras.callbacks.LambdaCallback(on_epoch_end=stop)
    stopped = averaged(built("swap_ema_weights:true"), after=[stopping])
    short = averaged(built("swap_ema_weights:true"), epochs=2)
    np.testing.assert_array_equal(stopped["weights"], short["weights"])


def test_a_resumed_run_has_the_trained_weights() -> None:
    first, second = built("swap_ema_weights:true"), built("swap_ema_weights:true")
    harness = begun(first)
    harness.model.set_weights([np.full(w.shape, 7.0) for w in harness.model.weights])
    first.on_epoch_end(0)
    between = harness.model.get_weights()
    assert not np.any(between[0] == 7)  # the averages
    resumed = begun(second, 1, first.get_state())
    resumed.model.set_weights(between)
    second.on_epoch_begin(1)
    assert np.all(resumed.model.get_weights()[0] == 7)
