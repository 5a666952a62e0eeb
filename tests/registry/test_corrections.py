"""What was probably meant by words of another form.

More are in tests/cli/corrections/test_search.py.
"""

import pytest
from bounded import bounded
from conftest import Command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zookit.core import UnknownName, ZookitError
from zookit.registry import default


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        ("architectures", "Dense(units=512, dropout=20%)", "dense:units=512,dropout=0.2"),
        ("architectures", "dense512", "dense:512"),
        ("architectures", "MLP", "dense"),
        ("callbacks", "reduce_lr", "reduce_lr_on_plateau"),
        ("callbacks", "StopAtLoss(0,4)", "stop_at_loss:0.4"),
        ("datasets", "horses", "horse_or_human"),
        ("datasets", "digits", "mnist"),  # emnist:digits is a large download
        ("datasets", "image-folder photos", "image_folder:photos"),
        ("architectures", "mlp:512", "dense:512"),
        ("architectures", "residual_network:8", "resnet:8"),
        ("losses", "categorical_crossentropy", "crossentropy"),
        ("losses", "sparse_categorical_crossentropy", "crossentropy"),
        ("losses", "bce", "crossentropy"),
        ("losses", "MSE", "squared"),
        ("metrics", "f1_score", "macro_f1"),
        ("metrics", "ece", "calibration_error"),
        ("metrics", "top5", "top_k:5"),
        ("augmentations", "scale", "zoom"),
        ("augmentations", "cutout", "erasing"),
        ("optimizers", "adam0.01", "adam:0.01"),
        ("callbacks", "early_stopping:val_macro_f1", "early_stopping:monitor=val_macro_f1"),
    ],
)
def test_words_are_corrected(kind: str, written: str, meant: str) -> None:
    correction = default.group(kind).correction(written)
    assert correction is not None
    assert correction.instead == meant


@pytest.mark.parametrize(
    "written", ["imagenet", "0.9", "", ":", "x" * 1000, "dense:dense:dense", "~0", "a/" * 99]
)
def test_other_words_are_not(written: str) -> None:
    assert default.datasets.correction(written) is None


@pytest.mark.parametrize("written", ["resnet:21", "vgg:12", "vgg:12:0.5", "mlp_mixer:4:7"])
def test_a_refused_value_is_not_taken_for_that_of_another_parameter(written: str) -> None:
    assert default.architectures.correction(written) is None


@pytest.mark.parametrize(
    ("kind", "written", "hint"),
    [
        ("losses", "probability", "Did you mean 'crossentropy'?"),  # a word of its summary
        ("augmentations", "noise", "Did you mean 'erasing'?"),
        ("optimizers", "adadelta2", "Did you mean 'adadelta'?"),  # not a learning rate of 2
        ("losses", "hinge", "Installed: crossentropy"),
    ],
)
def test_what_is_uncertain_is_only_a_hint(kind: str, written: str, hint: str) -> None:
    with pytest.raises(UnknownName) as raised:
        default.group(kind).build(written)
    assert raised.value.correction is None
    assert hint in str(raised.value)


@pytest.mark.parametrize("written", ["accuracy", "acc", "Accuracy", "val_accuracy", "loss"])
def test_what_is_always_logged_is_no_metric_to_add(zookit: Command, written: str) -> None:
    message = zookit("run", "mnist", "dense", "--metric", written).message()
    assert "every run has the metric" in message
    assert message.endswith("Leave it out.")


def test_a_blocked_name_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOOKIT_DISABLE", "dense")
    assert default.architectures.correction("dense:512") is None


WORDS = st.sampled_from(["dense", "cnn", "units", "dropout", "resnet50", "0.5", "512", "95%"])
SEPARATORS = st.sampled_from([":", "=", ",", " ", "(", ")", "[", "]", "+", ";", "\u00a0", "\0"])
TEXTS = st.lists(WORDS | SEPARATORS, max_size=12).map("".join) | st.text(max_size=60)


@settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(TEXTS)
def test_a_correction_of_any_text_is_valid(text: str) -> None:
    """Each takes bounded time and memory, and a correction is not corrected again."""
    with bounded(seconds=5, megabytes=200):
        try:
            default.architectures.build(text)
        except ZookitError as error:
            correction, message = error.correction, str(error)
        else:
            return
    assert message.isprintable() or "\\" in ascii(message)
    if correction is not None:
        default.architectures.build(correction.instead)
