"""What `zookit new` makes, installed into a fresh environment."""

from pathlib import Path

import pytest
from fresh_environment import FreshEnvironment

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("kinds", "offers"),
    [("", ["made", "made_net", "made_stop", "made_report"]), ("command", ["made"])],
    ids=["tour", "command"],
)
def test_it_works_untouched(
    fresh: FreshEnvironment, tmp_path: Path, kinds: str, offers: list[str]
) -> None:
    told = fresh.run(f"zookit new zookit-made {kinds}", tmp_path).out
    steps = [line.strip() for line in told.splitlines() if line.startswith("  ")]
    assert steps[:4] == [
        "cd zookit-made",
        'pip install -e ".[test]"',
        "pytest",
        "zookit check zookit-made",
    ]
    if not kinds:
        del steps[3]  # It does what pytest has done, and takes as long.
    project = tmp_path / "zookit-made"
    fresh.run("pip install --quiet '.[test]'", project)
    try:
        listed = fresh.run("zookit list", project).out
        assert [
            line.split()[0] for line in listed.splitlines() if "zookit-made==" in line
        ] == offers
        done = fresh.run("\n".join(steps[2:]), project).out
        assert " passed" in done
        assert not kinds or " 0 broken" in done
        assert len(list(project.glob("runs/*/weights.safetensors"))) == 1
    finally:
        fresh.run("pip uninstall --quiet --yes zookit-made", project)
    assert "zookit-made" not in fresh.run("zookit list", tmp_path).out
