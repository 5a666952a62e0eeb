"""What `zookit new` makes, installed into a fresh environment."""

import subprocess
import sys
from pathlib import Path

import pytest
from fresh_environment import FreshEnvironment

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("kinds", "offers"),
    [
        ("", ["made", "made_net", "made_stop", "made_report"]),
        ("dataset", ["made"]),
        ("architecture", ["made"]),
        ("callback", ["made"]),
        ("listener", ["made"]),
        ("command", ["made"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_works_untouched(
    fresh: FreshEnvironment, tmp_path: Path, kinds: str, offers: list[str]
) -> None:
    told = fresh.run(f"zookit new zookit-made {kinds}", tmp_path).out
    steps = [line.strip() for line in told.splitlines() if line.startswith("  ")]
    assert steps[:2] == ["cd zookit-made", 'pip install -e ".[test]"']
    project = tmp_path / "zookit-made"
    fresh.run("pip install --quiet '.[test]'", project)
    try:
        listed = fresh.run("zookit list", project).out
        assert [
            line.split()[0] for line in listed.splitlines() if "zookit-made==" in line
        ] == offers
        done = fresh.run("\n".join(steps[2:]), project).out
        assert " passed" in done
        assert " 0 broken" in done
        assert len(list(project.glob("runs/*/weights.safetensors"))) == 1
    finally:
        fresh.run("pip uninstall --quiet --yes zookit-made", project)
    assert "zookit-made" not in fresh.run("zookit list", tmp_path).out
    for command in ("check", "format --check"):
        ended = subprocess.run(
            [sys.executable, "-m", "ruff", *command.split(), project], check=False
        )
        assert ended.returncode == 0
