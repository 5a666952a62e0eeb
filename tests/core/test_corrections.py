"""Other ways to write values, and components that are corrected with them."""

from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from annotated_types import Ge, Gt, Le, Lt
from bounded import bounded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zookit.core import BadParameter, Words
from zookit.core.component import Component
from zookit.core.corrections import other_values, plain_text
from zookit.core.parameters import create


@dataclass(frozen=True)
class Sample(Component):
    sizes: tuple[Annotated[int, Gt(0)], ...] = (1,)
    share: Annotated[float, Ge(0), Lt(1)] = 0.0
    count: Annotated[int, Ge(1), Le(1_000_000)] = 1
    mode: Literal["min", "max", "auto"] = "auto"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sample:512x256", "sample:512+256"),
        ("sample:sizes=[3,, 5]", "sample:sizes=3+5"),
        ("sample:share=95", "sample:share=0.95"),
        ("sample:share=12.5%", "sample:share=0.125"),
        ("sample:share=0,,5", "sample:share=0.5"),
        ("sample:share=,,5", "sample:share=0.5"),
        ("sample:count=1e3", "sample:count=1000"),
        ("sample:count=10,,000", "sample:count=10000"),
        ("sample:mode=Max", "sample:mode=max"),
        ("sample:mode='min'", "sample:mode=min"),
        ("sample:count=\uff15", "sample:count=5"),
        ("sample:count=5 pixels", "sample:count=5"),
        # The bound that a number is beyond, or the default.
        ("sample:count=0", "sample:count=1"),
        ("sample:count=2000000", "sample:count=1000000"),
        ("sample:share=2", "sample:share=0.0"),
        # Several mistakes at once.
        ("sample:sizes=3x3,shares=50%,mode=MIN", "sample:sizes=3+3,share=0.5,mode=min"),
    ],
)
def test_a_value_of_another_form_is_corrected(written: str, meant: str) -> None:
    with pytest.raises(BadParameter) as raised:
        create(Sample, Words.parse(written))
    assert raised.value.correction is not None
    assert raised.value.correction.instead == meant
    assert str(raised.value).endswith(f' Write "{meant}".')
    create(Sample, Words.parse(meant))


@pytest.mark.parametrize(
    "written",
    ["count=many", "count=2.5", "count=5 apples", "mode=x"],
)
def test_nothing_is_invented(written: str) -> None:
    with pytest.raises(BadParameter) as raised:
        create(Sample, Words.parse(f"sample:{written}"))
    assert raised.value.correction is None


def test_a_keyword_is_corrected_by_its_key() -> None:
    with pytest.raises(BadParameter, match=r"Write share=0\.95\.$"):
        create(Sample, {"share": 95})
    with pytest.raises(BadParameter, match=r"Write count=3\.$") as raised:
        create(Sample, {"cuont": 3})
    assert raised.value.correction is not None
    assert raised.value.correction.instead == "3"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.text(max_size=300) | st.text("0123456789,.xX%+- []e", max_size=300))
def test_any_value_is_answered_in_bounded_time(text: str) -> None:
    with bounded(seconds=1, megabytes=50):
        assert all(isinstance(each, str) for each in other_values(text, ["min", "max"]))
        assert plain_text(plain_text(text)) == plain_text(text)


def test_a_long_value_is_not_examined() -> None:
    for text in ("9" * 100_000, "1e999999999", "0," * 50_000, "[" * 100_000):
        with bounded(seconds=1, megabytes=50):
            assert len(list(other_values(text))) < 6
