"""Names of distributions compare equal in any spelling."""

import pytest
from packaging.utils import canonicalize_name

from zookit.registry.names import canonical_name


@pytest.mark.parametrize("name", ["zookit", "a-b-2", "A.B_c", "a--b", "-a", "a-", "", "É", "a_b"])
def test_it_is_the_name_that_packaging_tools_use(name: str) -> None:
    assert canonical_name(name) == canonicalize_name(name)
