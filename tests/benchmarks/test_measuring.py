"""How commands are measured and compared. The commands are tiny programs."""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import measuring
import pytest
from measuring import MEMORY, WALL, Column, Command, Run, Side, compare, last_line, later_epochs

PRINT = "import json; print('other output'); print(json.dumps({'number': "
NUMBER = Column("number", lambda run: run.report["number"], ratio=True)


def side(name: str, program: str, *needs: str, **variables: str) -> Side:
    command = Command([sys.executable, "-c", program], variables)
    return Side(name, lambda _: command, last_line, needs)


SIDES = [
    side("small", PRINT + "2}))"),
    side("big", PRINT + "3}))"),
    side("absent", "", "no_such_module"),
    side("broken", "raise SystemExit('a reason')"),
]


def measure(tmp_path: Path, *names: str, rounds: int = 1) -> dict[str, Any]:
    """Compare these sides; return the saved numbers."""
    file = tmp_path / "found.json"
    options = argparse.Namespace(rounds=rounds, sides=list(names) or None, json=file, data="x")
    compare(SIDES, [NUMBER, WALL, MEMORY], options)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_the_table_and_the_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = measure(tmp_path, "small", "big", "absent", rounds=2)
    assert found["format"] == 1
    assert found["base"] == "small"
    assert list(found["sides"]) == ["small", "big"]
    assert found["settings"] == {"rounds": 2, "sides": ["small", "big", "absent"]}
    assert found["machine"]["versions"]["zookit"]
    small, big = (found["sides"][name] for name in ("small", "big"))
    for run in (*small["runs"], *big["runs"]):
        assert run["wall"] > 0
        assert run["cpu"] > 0
    assert len(big["runs"]) == 2
    assert big["summary"]["number"] == {"value": 3.0, "ratio": 1.5}
    assert small["summary"]["number"]["ratio"] == 1
    out, err = capsys.readouterr()
    assert "absent" in err
    assert "no_such_module" in err
    header, rule, *rows = out.splitlines()
    assert set(rule) == set("|-: ")
    assert [row.split("|")[1].strip() for row in rows] == ["small", "big"]
    assert {line.count("|") for line in (header, rule, *rows)} == {header.count("|")}
    assert "2 rounds" in header


@pytest.mark.parametrize(
    ("names", "facts"),
    [
        (["absent"], ["measured"]),
        (["small", "broken"], ["broken", "exit code 1", "a reason"]),
        (["bgi"], ["'bgi'", "small, big, absent, broken"]),
    ],
)
def test_what_cannot_be_measured(tmp_path: Path, names: list[str], facts: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        measure(tmp_path, *names)
    assert all(fact in str(ended.value) for fact in facts)


def test_summaries_are_medians_of_ratios_within_a_round() -> None:
    runs = [Run(wall, 0, 0, {}) for wall in (10, 2, 3)]
    base = [Run(wall, 0, 0, {}) for wall in (5, 2, 4)]
    total = Column("total", lambda run: run.wall, over_rounds=sum)
    cells = measuring._summary([WALL, total], runs, base)
    assert (cells[WALL].value, cells[WALL].ratio) == (3, 1)
    assert (cells[total].value, cells[total].ratio) == (15, None)


def test_later_epochs_leave_the_first_out() -> None:
    epochs = [{"wall": wall} for wall in (100, 1, 5, 3)]
    assert later_epochs(Run(0, 0, 0, {"epochs": epochs}), "wall") == 3


def test_the_data_folder_must_exist(tmp_path: Path) -> None:
    (tmp_path / "mnist").mkdir()
    found = measuring.data_folder(argparse.Namespace(data=tmp_path), "mnist")
    assert found == tmp_path / "mnist"
    for data in (None, tmp_path / "nowhere"):
        with pytest.raises(SystemExit):
            measuring.data_folder(argparse.Namespace(data=data), "mnist")


def test_peak_memory_is_that_of_the_command() -> None:
    """Measured by a small process: Linux adds the memory of the measuring one."""
    program = """
import sys
from measuring import Command, Side, measure
for size in (0, 200_000_000):
    command = Command([sys.executable, "-c", f"held = b'x' * {size}"])
    print(measure(Side("", lambda _: command), 0).memory)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(measuring.__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    small, big = map(float, ended.stdout.split())
    assert big > 200 > small > 5


def test_variables_reach_the_command(tmp_path: Path) -> None:
    program = f"import os; {PRINT}int(os.environ['NUMBER'])}}))"
    run = measuring.measure(side("named", program, NUMBER="7"), 0)
    assert run.report == {"number": 7}
