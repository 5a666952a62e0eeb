"""The checks as pytest tests."""

from typing import Any

from zookit.testing.check import Check
from zookit.testing.checks import checks_for
from zookit.testing.target import NotApplicable, Target, targets


def contract_tests(*names: str) -> Any:
    """Return a test function that runs every check of every named plugin as a test of its own.

        test_contract = contract_tests("zookit-stripes")

    Needs pytest.

    Args:
        *names: distributions, or words that select a plugin. Write words for a plugin that has
            required parameters: `"image_folder:path=photos"`.

    Raises ZookitError as `targets` does.
    """
    import pytest  # only needed by those who run tests

    cases = [
        pytest.param(
            target,
            check,
            id=f"{target.entry.kind.plural}/{target.words.name}-{check.name.replace(' ', '_')}",
        )
        for target in targets(*names)
        for check in checks_for(target)
    ]

    @pytest.mark.parametrize(("target", "check"), cases)
    def test_contract(target: Target, check: Check) -> None:
        try:
            check.run(target)
        except NotApplicable as reason:
            pytest.skip(str(reason))

    return test_contract
