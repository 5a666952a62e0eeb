"""Values and exceptions in messages: one line, short, and with a suggestion."""

from zookit.core import did_you_mean, reason_of
from zookit.core.errors import quoted, typed_reason_of


def test_a_value_is_quoted_in_one_short_line() -> None:
    assert quoted("a\nb") == r"'a\nb'"
    assert quoted([1, "x"]) == "[1, 'x']"
    assert quoted("x" * 1000).endswith("...")
    assert len(quoted("x" * 1000)) < 250


def test_a_value_without_a_repr_is_named_by_its_type() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert quoted(nested) == "<list too large to show>"
    assert quoted(10**5000) == "<int too large to show>"


def test_a_reason_is_one_line_or_the_type() -> None:
    assert reason_of(ValueError("a\n  b")) == "a b"
    assert reason_of(ValueError()) == "ValueError"
    assert typed_reason_of(ImportError("no\nmodule")) == "ImportError: no module"


def test_a_similar_name_is_suggested() -> None:
    assert did_you_mean("dnese", ["cnn", "dense"]) == " Did you mean 'dense'?"
    assert did_you_mean("xyz", ["cnn", "dense"]) == ""
