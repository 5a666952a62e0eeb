"""The callbacks of Keras are there, with Keras's own parameters and defaults."""

import dataclasses
import inspect

import keras
import pytest

from zookit.core import BadParameter
from zookit.registry import callbacks

KERAS_NAMES = {
    "early_stopping": "EarlyStopping",
    "reduce_lr_on_plateau": "ReduceLROnPlateau",
    "terminate_on_nan": "TerminateOnNaN",
    "model_checkpoint:best.keras": "ModelCheckpoint",
    "csv_logger:log.csv": "CSVLogger",
    "swap_ema_weights": "SwapEMAWeights",
    "remote_monitor": "RemoteMonitor",
}
# Prints; what a run does anyway; what the path says; what needs saving within an epoch; passwords.
NOT_PARAMETERS = {"verbose", "raise_error", "save_weights_only", "save_freq", "headers"}
# They need a function; Keras adds them itself; resuming and listeners replace them.
NOT_COMPONENTS = {"LambdaCallback", "LearningRateScheduler", "History", "ProgbarLogger"}
NOT_COMPONENTS |= {"BackupAndRestore", "TensorBoard", "Callback", "CallbackList"}


def test_every_callback_of_keras_is_a_component_or_excluded() -> None:
    kinds = {each for each in dir(keras.callbacks) if each[0].isupper()}
    # Orbax checkpoints need another package.
    assert kinds - {"OrbaxCheckpoint"} == set(KERAS_NAMES.values()) | NOT_COMPONENTS


@pytest.mark.parametrize("words", KERAS_NAMES)
def test_parameters_and_defaults_are_those_of_keras(words: str) -> None:
    kind = getattr(keras.callbacks, KERAS_NAMES[words])
    expected = {
        {"filepath": "path", "filename": "path"}.get(each.name, each.name): each.default
        for each in inspect.signature(kind).parameters.values()
        if each.kind is not each.VAR_KEYWORD and each.name not in NOT_PARAMETERS
    }
    component = callbacks.build(words).component
    assert {each.name for each in dataclasses.fields(component)} == set(expected)
    for name, default in expected.items():
        if name != "path" or words.startswith("remote"):
            assert getattr(component, name) == default, name


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("early_stopping:-1", "patience.* at least 0"),
        ("early_stopping:mode=up", "mode.*'auto'"),
        ("reduce_lr_on_plateau:factor=1", "factor.* less than 1"),
        ("model_checkpoint", "path is required"),
        ("model_checkpoint:best.h5", r"path.*\.keras.*\.weights\.h5"),
        ("model_checkpoint:{epoch.keras", "path.*expected"),
        ("model_checkpoint:{epoch:zz}.keras", "path.*'z'.*{epoch:02d}"),
        ("model_checkpoint:{loss:d}.keras", "path.*'d'"),
        ("model_checkpoint:{loss[0]}.keras", "path"),
        ("model_checkpoint:{loss.mean}.keras", "path"),
        ("model_checkpoint:{}-{0}.keras", "path"),
        ("csv_logger:log.csv,separator=tab", "separator"),
        ("stop_at_accuracy:95", "threshold.* at most 1"),
        ("stop_at_loss:0", "threshold.* greater than 0"),
    ],
)
def test_wrong_parameters_are_refused(words: str, expected: str) -> None:
    with pytest.raises(BadParameter, match=expected):
        callbacks.build(words)
