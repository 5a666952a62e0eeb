"""The page about installation lists the extras that zookit has."""

import re
import tomllib

from conftest import ROOT
from pages import text_of

DEVELOPMENT = {"benchmarks", "docs", "test"}


def test_the_page_lists_every_extra_for_users() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = re.findall(r"^\| `(\w+)` \|", text_of("docs/install.md"), re.MULTILINE)
    assert listed == sorted({*project["optional-dependencies"]} - DEVELOPMENT)
