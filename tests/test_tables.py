"""Tables that fit the width."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from zookit.tables import DataTable, facts, fitting, output, table

COLUMNS = ("name", "images", "words")
ROWS = [
    ("日本語", "1", "dense:units=512+256,activation=relu,dropout=0.0"),
    ("b[red]\x1b", "12,000", "cnn"),
]
MADE = table(COLUMNS, ROWS, numbers=("images",), whole=("name",))


def shown(renderable: object, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_nothing_is_lost_at_any_width(width: int) -> None:
    lines = shown(MADE, width)
    assert all(cell_len(line) <= width for line in lines)
    together = "".join("".join(lines).split())
    for text in (*COLUMNS, "日本語", r"b[red]\x1b", "12,000", *ROWS[0][2].split(",")):
        assert text in together


def test_numbers_are_right_aligned_beside_wide_characters() -> None:
    heading, first, second = shown(MADE, 200)
    ends = {
        cell_len(line[: line.index(number) + len(number)])
        for line, number in ((heading, "images"), (first, "1"), (second, "12,000"))
    }
    assert len(ends) == 1


def test_words_are_broken_after_commas() -> None:
    lines = [line.strip() for line in shown(MADE, 50)]
    assert any(line.endswith("dense:units=512+256,") for line in lines)
    assert any(line.endswith("dropout=0.0") for line in lines)
    # Thousands are not.
    assert any("12,000" in line for line in lines)


def test_a_row_that_just_fits_is_one_line() -> None:
    words = "seven words that are never broken here"
    columns = ("name", "words", "owner", "note")
    made = table(columns, [("a", words, "zookit", "")], whole=("owner",), header=False)
    needed = len("a") + 2 + len(words) + 2 + len("zookit") + 2
    assert len(shown(made, needed)) == 1
    assert len(shown(made, needed - 1)) == 2


def test_without_room_each_row_is_a_record() -> None:
    lines = [line.split() for line in shown(MADE, 30)]
    assert ["name", "日本語"] in lines
    assert ["images", "12,000"] in lines
    assert [] in lines


def test_the_first_table_that_fits_is_chosen() -> None:
    narrow = table(("n",), [("12345",)], whole=("n",))
    wide = table(("n",), [("x" * 60,)], whole=("n",))
    for width, chosen in ((100, wide), (30, narrow), (3, wide)):
        assert fitting(Console(width=width), wide, narrow) is chosen
    assert isinstance(wide, DataTable)


def test_a_table_without_header() -> None:
    assert [line.split() for line in shown(table(("a",), [("b",)], header=False), 80)] == [["b"]]


def test_facts_wrap_beside_their_names() -> None:
    first, *more = shown(facts([("data", "a" * 30), ("lines", ["b", "c"])]), 20)
    assert first.startswith("data   aaa")
    assert all(line.startswith(("       ", "lines")) for line in more)
    assert more[-1].strip() == "c"


def test_a_pipe_has_unlimited_width_unless_columns_is_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    output().print(table(("words",), [("x" * 500,)]))
    assert "x" * 500 in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")
    output().print(table(("words",), [("x" * 500,)]))
    assert all(len(line) <= 40 for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("terminal", [False, True])
def test_many_rows_keep_their_order_and_lines(terminal: bool) -> None:
    rows = [(f"run-{at}", ("a", "b") if at % 30 == 0 else "c", "") for at in range(100)]
    console = Console(file=io.StringIO(), width=80, force_terminal=terminal, highlight=False)
    console.print(table(("run", "words", "empty"), rows, header=False))
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    expected = [
        [name, "c"] if words == "c" else [name, "a"] if at == 0 else ["b"]
        for name, words, _ in rows
        for at in range(len(words))
    ]
    assert [line.split() for line in lines] == expected
    assert terminal or lines == [line.rstrip() for line in lines]
