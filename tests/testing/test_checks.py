"""Which checks there are."""

from typing import Any

import pytest
from wrong_models import MODELS
from wrong_plugins import MODULES, entries, plural_of

from zookit.registry import Kind, Registry
from zookit.testing import Check, component
from zookit.testing.checks import contract_of

SHOWN = {
    (plural_of(module), check)
    for module in MODULES
    for _, checks in entries(module).values()
    for check in checks
} | {("models", check) for checks in MODELS.values() for check in checks}


@pytest.mark.parametrize("kind", Registry.kinds(), ids=lambda kind: kind.plural)
def test_a_wrong_plugin_exists_for_every_check(kind: Kind[Any]) -> None:
    contract = contract_of(kind)
    assert set(contract) > set(component.CHECKS) or kind.base is None
    for check in map(Check, contract):
        assert check.contract
        if check.function in component.CHECKS:  # one kind is enough
            assert check.name in {name for _, name in SHOWN}
        else:
            assert (kind.plural, check.name) in SHOWN
