"""An import that failed is fixed by a line of code, or by another version of the package."""

import pytest

from zookit.registry.import_advice import import_advice


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("from zookit import Callback", "Write from zookit.core import Callback"),
        ("from zookit.core import Source", "Write from zookit.core.data import Source"),
        ("from zookit.core import Newer", "Upgrade"),
        ("from os import Callback", "Upgrade"),
    ],
)
def test_the_module_of_a_public_name_is_named(code: str, advice: str) -> None:
    with pytest.raises(ImportError) as raised:
        exec(code)
    assert advice in import_advice(f"ImportError: {raised.value}")
