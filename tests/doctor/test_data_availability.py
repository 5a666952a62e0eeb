"""Where a run would find the files of a data set."""

from pathlib import Path

import pytest
from made_data import CONTENT, Made, put_files

from zookit.data.prepared import prepare
from zookit.doctor.data_availability import data_availability, is_here
from zookit.registry import default


def found() -> dict[str, str]:
    return data_availability(Made, "made", "made==1")


def test_the_state_and_the_folder(
    fresh_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found() == {"state": "absent"}
    downloads = put_files(fresh_cache / "zookit-cache" / "downloads" / "made")
    assert found() == {"state": "downloaded", "folder": str(downloads)}
    named = put_files(tmp_path / "data" / "made", plain=True)
    monkeypatch.setenv("ZOOKIT_DATA_DIR", str(tmp_path / "data"))
    assert found() == {"state": "named", "folder": str(named)}
    prepare(Made(), "full", "made", "made==1")
    (named / next(iter(CONTENT))).unlink()
    assert found() == {"state": "local", "folder": str(named)}
    monkeypatch.delenv("ZOOKIT_DATA_DIR")
    assert found()["state"] == "prepared"
    assert Path(found()["folder"]).parent == fresh_cache / "zookit-cache" / "prepared"


def test_what_is_here() -> None:
    here = [name for name in default.datasets if is_here(default.datasets[name])]
    assert {"mnist", "image_folder"} <= set(here)
    assert "cifar10" not in here
    assert is_here(default.architectures["cnn"])
