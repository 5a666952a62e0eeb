"""The page about installation has README's commands, which CI runs, and all extras."""

import re
import tomllib

from conftest import ROOT
from pages import blocks, text_of

DEVELOPMENT = {"benchmarks", "docs", "test"}


def test_the_page_lists_every_extra_for_users() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = re.findall(r"^\| `(\w+)` \|", text_of("docs/install.md"), re.MULTILINE)
    assert listed == sorted({*project["optional-dependencies"]} - DEVELOPMENT)


def test_the_commands_are_those_of_readme() -> None:
    with_pip, with_uv = (" && ".join(each.splitlines()) for each in blocks("docs/install.md", "sh"))
    assert blocks("README.md", "bash")[0].startswith(f"{with_pip} && zookit run ")
    (uv,) = blocks("README.md", "sh")
    assert uv.replace(" --allow-existing", "").startswith(f"{with_uv} && zookit run ")
