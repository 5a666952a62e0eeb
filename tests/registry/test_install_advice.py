"""A full name says which package to install."""

import pytest

from zookit.core.messages import at_command_line
from zookit.registry.install_advice import install_advice


@pytest.mark.parametrize(("really", "tool"), [(True, "zookit"), (False, "pip")])
def test_the_package_of_a_full_name_is_named(really: bool, tool: str) -> None:
    with at_command_line(really):
        advice = install_advice("zookit-nowhere/net")
    assert f"'{tool} install zookit-nowhere'" in advice


@pytest.mark.parametrize("name", ["net", "zookit/net", "ZooKit/net", "a; b/net", "/net", ""])
def test_there_is_none_for_other_names(name: str) -> None:
    assert install_advice(name) == ""
