"""A package that `zookit new` creates, installed into a fresh environment."""

from pathlib import Path

import pytest
from fresh_environment import FreshEnvironment

from zookit.cli.new import usual_kinds
from zookit.registry import Registry

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("fresh environment")]

REPEATED = "zookit check zookit-made"
"""Skipped, because `pytest` has run the same checks."""


def test_it_works_unchanged(fresh: FreshEnvironment, tmp_path: Path) -> None:
    """A package with all kinds that tests/slow/test_guide.py does not start with."""
    kinds = [kind for kind in Registry.kinds() if kind not in usual_kinds() and not kind.is_data]
    stems = " ".join(kind.stem for kind in kinds)
    printed = fresh.run(f"zookit new zookit-made {stems}", tmp_path).out
    steps = [line.strip() for line in printed.splitlines() if line.startswith("  ")]
    assert steps[:4] == [
        "cd zookit-made",
        'pip install -e ".[test]"',
        "pytest",
        REPEATED,
    ]
    project = tmp_path / "zookit-made"
    fresh.run("pip install --quiet '.[test]'", project)
    try:
        listing = fresh.run("zookit list", project).out
        offered = [line.split()[0] for line in listing.splitlines() if "zookit-made==" in line]
        assert len(offered) == len(kinds)
        assert all(name.startswith("made") for name in offered)
        script = "\n".join(each for each in steps[2:] if each != REPEATED)
        assert " passed" in fresh.run(script, project).out
        # One run, and two of a sweep.
        assert len(list(project.glob("runs/*/weights.safetensors"))) == 3
    finally:
        fresh.run("pip uninstall --quiet --yes zookit-made", project)
    assert "zookit-made" not in fresh.run("zookit list", tmp_path).out
