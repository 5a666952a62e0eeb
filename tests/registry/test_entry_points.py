"""entry_points.txt is read as the specification of entry points says."""

import pytest

from zookit.registry.entry_points import EntryPoint, parse_entry_points

GROUP = "zookit.datasets"


def read(text: str) -> list[tuple[str, str]]:
    return [(each.name, each.value) for each in parse_entry_points(text, {GROUP})]


@pytest.mark.parametrize(
    "line",
    [
        "net = m.n:X",
        "net=m.n:X",
        "  net\t=  m.n : X  ",
        "net = m.n:X [extra]",
        "net = m.n:X[extra1, extra2]",
        "net = m.n:X [ ]",
        "# a comment\nnet = m.n:X",
        "; a comment\n\nnet = m.n:X\n",
        "net = m.n:X\r\n",
    ],
)
def test_what_the_specification_allows(line: str) -> None:
    assert read(f"[{GROUP}]\n{line}") == [("net", "m.n:X")]
    assert read(f"\n[ {GROUP} ]\r\n{line}") == [("net", "m.n:X")]


def test_names_are_case_sensitive_and_kept_in_order() -> None:
    assert read(f"[{GROUP}]\nB = m:X\nb = m:Y\na:b = m:Z") == [
        ("B", "m:X"),
        ("b", "m:Y"),
        ("a:b", "m:Z"),
    ]


def test_other_groups_are_read_only_if_asked_for() -> None:
    text = f"[console_scripts]\ntool = t:main\n[{GROUP}]\nnet = m:X\n[{GROUP}]\nmore = m:Y\n"
    assert [name for name, _ in read(text)] == ["net", "more"]
    assert parse_entry_points(text)[0] == EntryPoint("console_scripts", "tool", "t:main")


@pytest.mark.parametrize("value", ["m", "m:X [extra", "m.X", ""])
def test_a_value_that_is_no_location_is_kept_as_it_is(value: str) -> None:
    assert read(f"[{GROUP}]\nnet = {value}") == [("net", value)]


@pytest.mark.parametrize("text", ["net = m:X", f"[{GROUP}]\nnonsense", f"[{GROUP}\nnet = m:X"])
def test_a_line_that_is_neither_section_nor_entry_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        read(text)
