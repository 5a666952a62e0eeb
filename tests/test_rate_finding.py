"""`zookit.find_rate`."""

from typing import Any

import pytest
from small_run_fixtures import images

import zookit
from zookit.core import BadParameter

__all__ = ["images"]


def test_a_curve_and_its_picture(images: str, capsys: pytest.CaptureFixture[str]) -> None:
    curve = zookit.find_rate(images, "dense:8", steps=40, batch_size=8, quiet=True)
    assert isinstance(curve, zookit.RateCurve)
    assert len(curve.rates) == len(curve.losses) <= 40
    assert curve._repr_png_().startswith(b"\x89PNG")
    assert capsys.readouterr() == ("", "")


def test_other_arguments() -> None:
    find: Any = zookit.find_rate
    with pytest.raises(BadParameter, match=r"no callbacks.*early_stopping"):
        find("mnist", "dense", ["early_stopping:3"])
    with pytest.raises(BadParameter, match=r"^find_rate: no parameter 'foo'") as unknown:
        find("mnist", "dense", foo=3)
    assert "epochs" not in str(unknown.value)
    with pytest.raises(BadParameter, match=r"^find_rate: steps .*got 30.5"):
        find("mnist", "dense", steps=30.5)
    with pytest.raises(BadParameter, match=r"^find_rate: batch_size"):
        find("mnist", "dense", batch_size=0)


@pytest.mark.parametrize("options", [{"epochs": 3}, {"learning_rate": 0.1}, {"metrics": "top_k"}])
def test_options_without_a_meaning(options: dict[str, Any]) -> None:
    with pytest.raises(BadParameter, match=next(iter(options))):
        zookit.find_rate("mnist", "dense", **options)
