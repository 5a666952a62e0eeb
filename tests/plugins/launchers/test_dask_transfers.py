"""Archives on their way to and from Dask workers."""

from pathlib import Path

import pytest

from zookit.core.run_archive import pack_run

pytest.importorskip("distributed")
from zookit.plugins.launchers.dask_transfers import epochs_in


def test_the_epochs_in_an_archive(tmp_path: Path) -> None:
    run, archive = tmp_path / "run", tmp_path / "run.tar"
    (run / "inputs").mkdir(parents=True)
    (run / "inputs" / "history.csv").write_text("a\nb\nc\nd\n")
    assert epochs_in(archive) == 0
    for text, epochs in (("", 0), ("epoch,loss\n", 0), ("epoch,loss\n1,0.5\n2,0.4\n", 2)):
        (run / "history.csv").write_text(text)
        pack_run(run, archive, ended=True)
        assert epochs_in(archive) == epochs
    archive.write_bytes(archive.read_bytes()[:520])
    assert epochs_in(archive) == 0
