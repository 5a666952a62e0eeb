"""`zookit doctor` checks the files of installed models against RECORD, and imports none of them."""

import json
import shutil
from pathlib import Path

import pytest
from examined import Examined, examined
from made_models import make_model
from small_run_fixtures import finished

__all__ = ["finished"]

# One worker of pytest-xdist runs them all, and examines the site once.
pytestmark = pytest.mark.xdist_group("doctor")


@pytest.fixture(scope="module")
def report(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Examined:
    """A report on a good model, a damaged one, two of one name, one for an old and a new zookit."""
    site = tmp_path_factory.mktemp("site")
    new = shutil.copytree(finished, site.parent / "newer")
    (new / "metrics.json").write_text('{"format": 99}')
    make_model(site, new, "zookit-new", "new")
    for name in ("fine", "damaged", "old"):
        requires = ["zookit<0.1"] if name == "old" else ["zookit"]
        make_model(site, finished, f"zookit-{name}", name, requires=requires)
    for name in ("one", "two"):
        make_model(site, finished, f"zookit-{name}", "both")
    (site / "zookit_damaged" / "card.md").write_text("other")
    return examined(site)


def test_a_damaged_model_is_a_fault(report: Examined) -> None:
    found = report.finding("damaged")
    assert found["state"] == "broken"
    assert (
        found["reason"]
        == "is damaged: card.md has been changed: its hash is not the one in RECORD."
    )
    assert "pip install --force-reinstall" in found["advice"]
    assert not report.report.ok


def test_the_name_of_a_model_that_cannot_be_read_stands_once(report: Examined) -> None:
    found = report.finding("new")
    assert found["state"] == "broken"
    assert found["reason"].startswith("cannot be read: metrics.json: format is 99")
    assert "Upgrade zookit" in found["advice"]


def test_missing_plugins_are_named_and_no_fault(report: Examined) -> None:
    assert report["fine"]["ok"]  # zookit's own plugins are blocked here
    assert report["fine"]["kind"] == "models"
    found = report.finding("fine")
    assert found["state"] == "incomplete"
    assert "pip install zookit==" in found["advice"]


def test_what_all_plugins_are_examined_for(report: Examined) -> None:
    assert "incompatible" in [each["state"] for each in report["old"]["findings"]]
    both = [each for each in report.plain["plugins"] if each["name"] == "both"]
    assert [each["owner"] for each in both] == ["zookit-one==1.0", "zookit-two==1.0"]
    assert all("ambiguous" in json.dumps(each["findings"]) for each in both)
