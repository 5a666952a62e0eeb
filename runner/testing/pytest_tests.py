"""The checks as pytest tests."""

from typing import Any

from zookit.testing.check import Check
from zookit.testing.checks import checks_of
from zookit.testing.target import NotApplicable, Subject, subjects


def contract_tests(*named: str) -> Any:
    """A test function, with one test for each check of each plugin that is meant.

        test_contract = contract_tests("zookit-stripes")

    Args:
        *named: distributions, or words that choose components (`"image_folder:path=photos"`, for
            one whose parameters must be given).

    Raises ZookitError as `subjects` does. Needs pytest.
    """
    import pytest  # only whoever tests has it

    cases = [
        pytest.param(
            subject,
            check,
            id=f"{subject.entry.kind.plural}/{subject.words.name}-{check.name.replace(' ', '_')}",
        )
        for subject in subjects(*named)
        for check in checks_of(subject)
    ]

    @pytest.mark.parametrize(("subject", "check"), cases)
    def test_contract(subject: Subject, check: Check) -> None:
        try:
            check.run(subject)
        except NotApplicable as reason:
            pytest.skip(str(reason))

    return test_contract
