"""How to fix a plugin whose import failed."""

import importlib
import re

_NAME = re.compile(r"cannot import name '(\w+)' from 'zookit[\w.]*'")
_PUBLIC = ("zookit.core", "zookit.core.data")


def import_advice(reason: str) -> str:
    """Return what to do about an import that failed for this reason.

    If the author can fix it by a line of code, that line is named.
    """
    if "cannot inherit non-frozen dataclass from a frozen one" in reason:
        return "Write @dataclass(frozen=True) above its class"
    found = _NAME.search(reason)
    for module in _PUBLIC if found else ():
        if found and hasattr(importlib.import_module(module), found[1]):
            return f"Write from {module} import {found[1]}"
    return "Upgrade, reinstall or uninstall the package"
