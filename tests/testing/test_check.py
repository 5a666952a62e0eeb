"""How a check reports, and `zookit check`."""

import pytest
from conftest import Command

from zookit.core import NotInstalled
from zookit.testing import Check, ContractBroken, NotApplicable, Target, targets


@pytest.fixture
def target() -> Target:
    (found,) = targets("dense:units=8")
    return found


def run(error: BaseException, target: Target) -> None:
    def does_not_raise(target: Target) -> None:
        """It raises nothing.

        Not even at night.
        """
        raise error

    check = Check(does_not_raise)
    assert check.name == "does not raise"
    assert check.contract == "It raises nothing. Not even at night."
    check.run(target)


@pytest.mark.parametrize("error", [ValueError("wrong"), SystemExit("wrong")])
def test_any_error_of_a_plugin_breaks_the_contract(error: BaseException, target: Target) -> None:
    with pytest.raises(ContractBroken) as raised:
        run(error, target)
    message = str(raised.value)
    assert message.startswith("architecture dense:units=8: ")
    assert f"{type(error).__name__}: wrong" in message
    assert message.endswith("The contract: It raises nothing. Not even at night.")


@pytest.mark.parametrize("error", [NotApplicable("no data"), NotInstalled("no data")])
def test_what_is_not_here_does_not_break_it(error: Exception, target: Target) -> None:
    with pytest.raises(NotApplicable, match="no data"):
        run(error, target)


def test_zookit_check_passes_a_correct_plugin(zookit: Command) -> None:
    outcome = zookit("check", "stop_at_loss")
    assert outcome.code == 0, outcome
    assert "0 failed" in outcome.out.splitlines()[-1]
    assert "zookit:" not in outcome.err
