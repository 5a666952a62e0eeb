"""Each check of models fails on the model that is wrong in that way, and on no other."""

import shutil
from pathlib import Path

import pytest
from conftest import Command
from model_site import ModelSite, models
from wrong_models import MODELS, Install, right, run_to_install

from zookit.registry import default
from zookit.testing import ContractBroken, NotApplicable, checks_for, targets

__all__ = ["models"]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_to_install(), tmp_path / "run"))


@pytest.mark.parametrize("install", MODELS, ids=lambda each: each.__name__)
def test_wrong_models_fail_the_expected_checks(
    models: ModelSite, run: Path, install: Install
) -> None:
    install(models, run)
    (target,) = targets("zookit-tiny", registry=default)
    failed = {}
    for check in checks_for(target):
        try:
            check.run(target)
        except NotApplicable:
            continue
        except ContractBroken as error:
            failed[check.name] = str(error)
    assert set(failed) == MODELS[install], failed
    assert all("The contract: " in message for message in failed.values())


def test_the_command_checks_a_model_by_its_name(
    zookit: Command, models: ModelSite, run: Path
) -> None:
    right(models, run)
    ended = zookit("check", "tiny")
    assert ended.code == 0, ended
    assert "5 passed, 0 skipped, 0 failed" in ended.out
