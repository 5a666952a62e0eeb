"""Loading a data set for its checks."""

import pytest

from zookit.testing import NotApplicable, targets
from zookit.testing.loading import load, load_once


def test_the_sample_is_loaded_once() -> None:
    (target,) = targets("mnist")
    loaded = load_once(target)
    assert loaded.source.origin == "sample"
    assert loaded.before == loaded.after == target.component.info
    assert load_once(target) is loaded
    assert load(target) is not loaded


def test_data_that_is_not_available_makes_checks_inapplicable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (target,) = targets("fashion_mnist")
    monkeypatch.setattr(target.kind, "sample", None)
    with pytest.raises(NotApplicable, match="not available"):
        load(target)
