"""What varies, as words and as TOML."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zookit.core import BadParameter, Choice, Range
from zookit.sweeps.vary import parse_vary, range_words, table_of, vary_in_table, vary_words

NAMES = st.from_regex(r"[a-z][a-z_]{0,9}(\.[a-z][a-z_0-9]{0,9})?", fullmatch=True)
# Words cannot express a comma at the start of a value, and an empty value only at the ends.
TEXTS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
CHOICES = st.builds(
    Choice,
    NAMES,
    st.lists(TEXTS.map(str.strip), min_size=1, max_size=5, unique=True).map(tuple),
).filter(
    lambda choice: (
        not re.fullmatch(r"[-+\d.eE]*\d\.\.\S*", ",".join(choice.values))
        and not any(each.startswith(",") for each in choice.values)
        and "" not in choice.values[1:-1]
    )
)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    whole = draw(st.booleans())
    numbers = st.integers(-1000, 10**6) if whole else st.floats(-1e6, 1e6)
    low, high = sorted(draw(st.lists(numbers, min_size=2, max_size=2, unique=True)))
    return Range(
        draw(NAMES), float(low), float(high), log=draw(st.booleans()) and low > 0, whole=whole
    )


@pytest.mark.parametrize(
    ("text", "varied"),
    [
        ("learning_rate=0.1,0.01", Choice("learning_rate", ("0.1", "0.01"))),
        ("batch-size=16, 32", Choice("batch_size", ("16", "32"))),
        ("dense.units=64,128+64", Choice("dense.units", ("64", "128+64"))),
        ("optimizer=adam,sgd:0.1,,momentum=0.9", None),
        ("augment=,flip,flip rotation:0.1", Choice("augment", ("", "flip", "flip rotation:0.1"))),
        ("net.file=../a.h5,../b.h5", Choice("net.file", ("../a.h5", "../b.h5"))),
        ("learning_rate=0.0001..0.1:log", Range("learning_rate", 1e-4, 0.1, log=True)),
        ("learning_rate=1e-4..1E-1", Range("learning_rate", 1e-4, 0.1)),
        ("dense.units=16..512", Range("dense.units", 16, 512, whole=True)),
        ("x.y=-1..1.0", Range("x.y", -1, 1)),
    ],
)
def test_words_say_what_varies(text: str, varied: Choice | Range | None) -> None:
    if varied is None:
        varied = Choice("optimizer", ("adam", "sgd:0.1,momentum=0.9"))
    assert parse_vary(text) == varied


@given(CHOICES)
def test_values_are_unchanged_as_words_and_as_toml(choice: Choice) -> None:
    assert parse_vary(vary_words(choice)) == choice
    assert vary_in_table(choice.name, table_of(choice)) == choice


@given(ranges())
def test_ranges_are_unchanged_as_words_and_as_toml(range_: Range) -> None:
    assert parse_vary(vary_words(range_)) == range_
    assert parse_vary(f"{range_.name}={range_words(range_)}") == range_
    assert vary_in_table(range_.name, table_of(range_)) == range_


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        varied = parse_vary(text)
    except BadParameter as error:
        refused = str(error)
    else:
        assert varied.name
        return
    assert "\n" not in refused


@pytest.mark.parametrize(
    ("name", "value", "varied"),
    [
        ("learning_rate", [0.1, 0.01], Choice("learning_rate", ("0.1", "0.01"))),
        ("dense.units", [64, [128, 64]], Choice("dense.units", ("64", "128+64"))),
        ("normalize", [True, False], Choice("normalize", ("true", "false"))),
        ("augment", [[], ["flip", "zoom:0.1"]], Choice("augment", ("", "flip zoom:0.1"))),
        ("epochs", {"low": 1, "high": 9}, Range("epochs", 1, 9, whole=True)),
        (
            "validation",
            {"low": 0.1, "high": 0.5, "log": True},
            Range("validation", 0.1, 0.5, log=True),
        ),
        ("epochs", "1,2", Choice("epochs", ("1", "2"))),
        ("epochs", "1..9", Range("epochs", 1, 9, whole=True)),
    ],
)
def test_tables_say_what_varies(name: str, value: Any, varied: Choice | Range) -> None:
    assert vary_in_table(name, value) == varied


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("learning_rate", ["'learning_rate'", "--vary NAME="]),
        ("=1,2", ["'=1,2'", "NAME"]),
        ("epochs=1,2,1", ["epochs", "'1'", "twice"]),
        ("learning_rate=0.1..0.001", ["0.1..0.001", "lower"]),
        ("learning_rate=0.1..0.1", ["0.1..0.1"]),
        ("learning_rate=0..0.1:log", ["0..0.1", ":log"]),
        ("learning_rate=0.001..0.1:lin", ["0.001..0.1:lin", ":log"]),
        ("learning_rate=0.001..", ["0.001.."]),
        ("learning_rate=1..1e999", ["finite"]),
        ("learning_rate=[0.1, 0.2]", ["brackets", "learning_rate=0.1,0.2"]),
    ],
)
def test_mistakes_in_words_are_named(text: str, facts: list[str]) -> None:
    from zookit.core.messages import at_command_line

    with at_command_line(), pytest.raises(BadParameter) as raised:
        parse_vary(text)
    assert all(fact in str(raised.value) for fact in facts), str(raised.value)


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ([], "no values"),
        (None, "vary={'learning_rate': [VALUE, VALUE]}"),
        ([{"a": 1}], "{'a': 1}"),
        ({"low": 1}, "high"),
        ({"low": 1, "high": "2"}, "'2'"),
        ({"low": 1, "high": 2, "step": 1}, "step"),
        ({"low": 1, "high": 2, "log": 3}, "3"),
        ({"low": True, "high": 2}, "True"),
    ],
)
def test_mistakes_in_tables_are_named(value: Any, fact: str) -> None:
    with pytest.raises(BadParameter) as raised:
        vary_in_table("learning_rate", value)
    assert "learning_rate" in str(raised.value)
    assert fact in str(raised.value)


def test_one_value_and_a_range_of_python_are_values() -> None:
    assert vary_in_table("epochs", 3) == Choice("epochs", ("3",))
    assert vary_in_table("threads", 0.5) == Choice("threads", ("0.5",))
    assert vary_in_table("epochs", range(1, 4)) == Choice("epochs", ("1", "2", "3"))
