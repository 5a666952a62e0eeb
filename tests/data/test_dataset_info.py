"""The info of a data set is checked wherever it is first used."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_server import command_server
from plugin_site import Site

import zookit
from zookit.core import BrokenPlugin, Dataset, DatasetInfo, Split, Splits
from zookit.core.data import Source
from zookit.data.dataset_info import checked_info


@dataclass(frozen=True)
class Leaves(Dataset):
    """Its info is whatever a test wants."""

    @property
    def info(self) -> Any:
        return INFO[0]

    def load(self, source: Source) -> Splits:
        del source
        split = Split(np.zeros((4, 8, 8, 1), np.uint8), np.arange(4) % 2)
        return Splits(split, split)


INFO: list[Any] = [None]
WRONG: dict[str, Any] = {
    "class_names are 2": DatasetInfo((8, 8, 1), 2),  # type: ignore[arg-type]
    "class_names are \\['a', 'b'\\]": DatasetInfo((8, 8, 1), ["a", "b"]),  # type: ignore[arg-type]
    "image_shape is \\[8, 8, 1\\]": DatasetInfo([8, 8, 1], ("a", "b")),  # type: ignore[arg-type]
    "sizes are 4": DatasetInfo((8, 8, 1), ("a", "b"), 4),  # type: ignore[arg-type]
    "license is 0": DatasetInfo((8, 8, 1), ("a", "b"), license=0),  # type: ignore[arg-type]
    "info is None": None,
}


@pytest.mark.parametrize("expected", WRONG)
@pytest.mark.parametrize("use", [checked_info, zookit.load_data], ids=["directly", "loading"])
def test_an_info_that_is_not_valid_is_named(use: Callable[[Any], Any], expected: str) -> None:
    INFO[0] = WRONG[expected]
    with pytest.raises(BrokenPlugin, match=rf"Leaves: .*{expected}"):
        use(Leaves())


def test_a_valid_info_is_returned() -> None:
    INFO[0] = DatasetInfo((8, 8, 1), ("a", "b"), {"train": 4})
    assert checked_info(Leaves()) is INFO[0]


PLUGIN = """
    from dataclasses import dataclass
    from zookit.core import Dataset, DatasetInfo

    @dataclass(frozen=True)
    class Number(Dataset):
        @property
        def info(self):
            return DatasetInfo((8, 8, 1), 2)

        def load(self, source):
            return None

    @dataclass(frozen=True)
    class Method(Number):
        def info(self):
            return DatasetInfo((8, 8, 1), ("a", "b"))
"""


def test_show_names_what_is_wrong_and_the_package(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.module("leaf_data", PLUGIN)
    components = "leaf = leaf_data:Number\nmethod = leaf_data:Method"
    site.install("zookit-leaf", components, group="zookit.datasets")
    with command_server(tmp_path) as server:
        for name, expected in (("leaf", "class_names are 2"), ("method", "@property")):
            ended = server.run("show", name, cwd=tmp_path)
            assert (ended.code, ended.out) == (2, "")
            assert len(ended.err.splitlines()) == 1
            assert expected in ended.err
            assert "zookit-leaf" in ended.err
