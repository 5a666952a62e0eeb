"""Everything on the pages about writing plugins, run in a fresh environment."""

import re
from pathlib import Path

import numpy as np
import pytest
from code_blocks import code_blocks
from fresh_environment import FreshEnvironment
from pages import PLUGIN_PAGES, text_of
from PIL import Image

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fresh environment")]

REPEATED = "zookit check zookit-stripes"
"""Skipped, because `pytest` has run the same checks one line above it."""
INSTALLED = "pip install -e ."
AGAIN = "pip install --quiet --no-deps --no-build-isolation -e ."
"""In place of it, because its dependencies were installed at first, and so takes a second."""


def put_table(file: Path, block: str) -> None:
    """Add the lines of the block's table to that table of the file, or append the table."""
    header, _, lines = block.partition("\n")[2].partition("\n")
    text = file.read_text(encoding="utf-8")
    if f"{header}\n" in text:
        changed = text.replace(f"{header}\n", f"{header}\n{lines}")
    else:
        changed = f"{text}\n{header}\n{lines}"
    file.write_text(changed, encoding="utf-8")


def test_the_guide_leads_from_nothing_to_published(fresh: FreshEnvironment, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for name in ("cat", "dog"):
        for number in range(8):
            image = Image.fromarray(random.integers(0, 256, (70, 64, 3), np.uint8))
            image.save(tmp_path / "photos" / f"{name}-{number}.png")
    text = "".join(map(text_of, PLUGIN_PAGES))
    folder, output = tmp_path, ""
    fresh.run("pip install --quiet setuptools", tmp_path)
    try:
        for language, block in code_blocks(text):
            if language == "diff":
                continue  # a second version, which tests/docs/test_renaming.py makes
            if language == "console":
                lines = block.splitlines()
                assert all(line.startswith("$ ") for line in lines), block
                commands = [line.removeprefix("$ ") for line in lines]
                commands = [AGAIN if each == INSTALLED else each for each in commands]
                script = "\n".join(each for each in commands if each != REPEATED)
                output += fresh.run(f"{script}\npwd", folder).out
                folder = Path(output.splitlines()[-1])
                continue
            file = folder / block.partition("\n")[0].removeprefix("# ")
            if language == "toml":
                put_table(file, block)
            else:
                assert language == "python"
                file.write_text(block, encoding="utf-8")
        # The built wheel works without the project.
        fresh.run("pip uninstall --quiet --yes zookit-stripes", tmp_path)
        fresh.run("pip install --quiet zookit-stripes/dist/*.whl", tmp_path)
        used = "zookit run stripes stripes_net stripes_stop --with stripes_report --epochs 1"
        output_of_wheel = fresh.run(used, tmp_path).out
    finally:
        fresh.run("pip uninstall --quiet --yes zookit-stripes", tmp_path)
    assert folder == tmp_path / "zookit-stripes"
    # The new package was listed, trained and checked before anything was changed.
    listed = re.findall(r"^ *(stripes\w*) .*zookit-stripes==", output, re.MULTILINE)
    assert listed[:4] == ["stripes", "stripes_net", "stripes_stop", "stripes_report"]
    assert len(list((folder / "dist").iterdir())) == 2
    assert re.search(r"^data +stripes, full: 800 train \+ 200 test$", output_of_wheel, re.MULTILINE)
    assert len(list(tmp_path.glob("runs/*/stripes_report.md"))) == 1
    assert re.search(r"^data +leaves, full: 192 train \+ 48 test$", output, re.MULTILINE)
    assert len((folder / "runs" / "ledger.csv").read_text(encoding="utf-8").splitlines()) == 1
    # zookit check exits with 1 if a check fails, which would have ended the script.
    assert output.count(" 0 failed") == 5
