"""The line of a plugin's code in an error, whatever else has been called."""

import json

import pytest

from zookit.registry.frames import innermost_frame, place_in


def read() -> None:
    json.loads("[")


def read_and_give_up() -> None:
    try:
        read()
    except ValueError as error:
        raise RuntimeError("given up") from error


def test_it_is_the_line_that_was_called_last_in_the_package() -> None:
    with pytest.raises(ValueError, match="Expecting") as raised:
        read()
    line = read.__code__.co_firstlineno + 1
    assert place_in(raised.value, __name__) == f"{__file__}:{line}"
    found = innermost_frame(raised.value, {f"{__name__.partition('.')[0]}.another"})
    assert found is not None
    assert found[1] == line
    assert "json" in place_in(raised.value, "json.decoder")


def test_the_cause_comes_before_what_followed() -> None:
    with pytest.raises(RuntimeError) as raised:
        read_and_give_up()
    assert place_in(raised.value, __name__).endswith(f":{read.__code__.co_firstlineno + 1}")


def test_other_packages_and_zookits_own_code_do_not_count() -> None:
    with pytest.raises(ValueError, match="Expecting") as raised:
        read()
    assert place_in(raised.value, "another_package") == ""
    assert place_in(raised.value, "zookit.plugins.architectures.dense") == ""


def test_a_syntax_error_is_where_it_says_and_chains_may_be_circular() -> None:
    with pytest.raises(SyntaxError) as raised:
        compile("x = 1\nclass (:", "plugin.py", "exec")
    assert place_in(raised.value, "plugin") == "plugin.py:2"
    one, two = ValueError(), ValueError()
    one.__cause__, two.__cause__ = two, one
    assert place_in(one, "plugin") == ""
