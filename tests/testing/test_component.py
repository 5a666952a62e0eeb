"""The check for heavy imports, with the real Keras. Tests of each kind run all other checks."""

from pathlib import Path

import pytest
from wrong_plugins import entries, failed_checks, installed


@pytest.mark.slow
def test_a_module_that_imports_keras_fails(tmp_path: Path) -> None:
    with installed(tmp_path, "wrong_heavy") as found:
        failed = failed_checks(found["heavy"], found["heavy"])
        assert set(failed) == set(entries("wrong_heavy")["heavy"][1])
        assert "keras" in failed["is known without tensorflow"]
