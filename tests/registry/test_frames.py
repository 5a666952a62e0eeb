"""The line of a plugin's code in an error, whatever else has been called."""

import json
from pathlib import Path

import pytest

from zookit.core import words
from zookit.registry.frames import innermost_frame, line_in, place_in


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


@pytest.mark.parametrize(
    ("module", "found"),
    [
        ("json.decoder", ("/json/scanner.py", 3)),
        ("zookit.core.words", ("/core/words.py", 1)),
        ("zookit.core.errors", None),
        ("no_such_package.module", None),
    ],
)
def test_a_stack_of_files_is_enough(module: str, found: tuple[str, int] | None) -> None:
    """As of a process that has ended. Of zookit itself, only the module counts."""
    folder = str(Path(json.__file__).parent.parent)
    stack = [("<string>", 9), (str(words.__file__), 1), (f"{folder}/logging/__init__.py", 2)]
    stack += [(f"{folder}/json/scanner.py", 3), (f"{folder}/json/decoder.py", 4)]
    line = line_in(stack, module)
    assert (line is None) == (found is None)
    if line is not None and found is not None:
        assert line[0].endswith(found[0])
        assert line[1] == found[1]
