"""The file of a sweep in the documentation is read, and asks for what the page says."""

from pages import blocks

from zookit.sweeps.cells import Cell, CellTrials
from zookit.sweeps.request import SweepRequest


def test_the_file_of_the_page_is_a_sweep() -> None:
    (block,) = [each for each in blocks("docs/sweeps.md", "toml") if "# sweep.toml" in each]
    request = SweepRequest.from_toml(block)
    assert request.seeds == (0, 1, 2)
    assert [each.name for each in request.vary] == [
        "learning_rate",
        "batch_size",
        "dense.units",
        "augment",
    ]
    trials = CellTrials(request)
    cells: list[Cell] = []
    while trial := trials.ask():
        cells += trial.cells
    assert not trials.misfits
    assert len(cells) + trials.excluded == trials.space.count * 3
    assert not [
        each
        for each in cells
        if (each.values["architecture"], each.values["batch_size"]) == ("cnn", "64")
        or (each.values["dataset"] == "mnist" and "stop_at_accuracy" in each.values["callbacks"])
    ]
