"""The Python code in README and the documentation runs as it stands there."""

from pathlib import Path

import pytest
from pages import PAGES, PLUGIN_PAGES, SERVING_PAGE, blocks

BLOCKS = [
    pytest.param(page, block, id=f"{page}-{number}")
    for page in PAGES
    if page not in (*PLUGIN_PAGES, SERVING_PAGE)
    for number, block in enumerate(blocks(page, "python"), start=1)
]


@pytest.mark.slow
@pytest.mark.usefixtures("one_step", "runs", "photos")
@pytest.mark.filterwarnings("ignore:Limiting ")
@pytest.mark.parametrize(("page", "block"), BLOCKS)
def test_block_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str, block: str) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block, page, "exec"), {"__name__": "__main__"})  # as in a script
