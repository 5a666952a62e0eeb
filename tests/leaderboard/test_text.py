"""The leaderboard in terminals of different widths."""

import io

import pytest
from edited_runs import RunMaker, callbacks
from rich.cells import cell_len

from zookit.console import Console
from zookit.leaderboard.leaderboard import leaderboard
from zookit.leaderboard.text import print_leaderboard
from zookit.runs.run import RunRecord


def shown(runs: list[RunRecord], width: int) -> str:
    board = leaderboard(runs)
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False)
    print_leaderboard(console, board.tables, board.unranked, {})
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_tables_keep_to_the_width_and_lose_nothing(make: RunMaker, width: int) -> None:
    """However much differs. Square brackets are not markup."""
    runs = [
        make(
            seed=seed,
            validation=at / 10 + seed / 100,
            units=[64 * at],
            dropout=at / 10,
            batch_size=16 * at,
            precision=["float32", "auto", "mixed_bfloat16"][at - 1],
            experiment=callbacks(("acme/save", {"path": f"/somewhere/a[/]/{at}"})),
        )
        for at in range(1, 4)
        for seed in range(2)
    ]
    text = shown(runs, width)
    lines = text.splitlines()
    assert all(cell_len(line) <= width for line in lines)
    together = "".join(text.split())
    for value in ("192", "48", "mixed_bfloat16", "0.3050", "±0.0071", "2.5", "a[/]"):
        assert value in together
    for heading in ("units", "dropout", "batch_size", "precision", "callbacks", "seconds"):
        assert heading in text if width != 80 else heading[:5] in together
    for run in runs:
        assert run.name in together


def test_wide_characters_align(make: RunMaker) -> None:
    runs = [
        make(validation=validation, experiment=callbacks(("acme/save", {"path": path})))
        for validation, path in ((0.9, "日本語"), (0.8, "abc"))
    ]
    heading, *_, first, second = shown(runs, 200).splitlines()
    assert "by validation accuracy" in heading
    before = [cell_len(line.partition("0.")[0]) for line in (first, second)]
    assert before[0] == before[1]


def test_control_characters_are_escaped(make: RunMaker) -> None:
    odd = "a[b]\x1b[31m\n[red]é"
    text = shown([make(odd, units=[1]), make(f"{odd}2", units=[2], validation=0.4)], 200)
    assert "\x1b" not in text
    assert r"a[b]\x1b[31m\n[red]é" in text


def test_runs_that_are_not_ranked_are_named_with_the_reason(make: RunMaker) -> None:
    killed = make(status="killed", epochs=2)
    assert f"{killed.name} is not ranked: killed after 2 epochs" in shown([make(), killed], 80)


def test_many_runs_of_one_experiment_are_counted(make: RunMaker) -> None:
    text = shown([make(seed=seed) for seed in range(5)], 200)
    assert "and 3 more" in text
