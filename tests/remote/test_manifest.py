"""Manifests: what is pushed, and what a stranger's manifest may contain."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from bounded import bounded
from hypothesis import given, settings
from hypothesis import strategies as st

from zookit.core import BadRun
from zookit.remote.manifest import BadManifest, Manifest, manifest_of, parse_manifest
from zookit.runs.run import RunRecord

pytestmark = pytest.mark.xdist_group("shared runs")

ENTRY = {"size": 3, "sha256": "0" * 64}
RUN = {"experiment.toml": ENTRY, "environment.json": ENTRY}
VALID = {"format": 1, "name": "20260101-120000Z-abcdef12", "files": RUN}


def written(**changes: Any) -> bytes:
    return json.dumps({**VALID, **changes}).encode()


def test_a_manifest_is_read_as_it_was_written(run: RunRecord) -> None:
    manifest = manifest_of(run.folder)
    assert parse_manifest(manifest.content()) == manifest
    assert manifest.name == run.name
    assert manifest.size == sum((run.folder / name).stat().st_size for name in manifest.files)
    assert "weights.safetensors" in manifest.files


def test_a_manifest_leaves_out_what_is_of_this_machine(run: RunRecord) -> None:
    (run.folder / ".zookit-x.aside").mkdir()
    (run.folder / ".zookit-x.aside" / "weights").write_text("half")
    (run.folder / "weights.safetensors.part").write_text("half")
    (run.folder / ".lock").write_text("{}")
    (run.folder / "files" / "plot").mkdir(parents=True)
    (run.folder / "files" / "plot" / "epoch-00001.png").write_bytes(b"png")
    names = set(manifest_of(run.folder).files)
    assert "files/plot/epoch-00001.png" in names
    assert not [name for name in names if "zookit" in name or "lock" in name or "part" in name]


@pytest.mark.parametrize("kind", ["link", "link to a folder", "FIFO"])
def test_only_regular_files_are_pushed(run: RunRecord, kind: str) -> None:
    path = run.folder / "files"
    if kind == "FIFO":
        os.mkfifo(path)
    else:
        path.symlink_to("/etc/passwd" if kind == "link" else "/etc")
    with bounded(), pytest.raises(BadRun, match=f"{path} is a (link|special file)"):
        manifest_of(run.folder)


@pytest.mark.parametrize(
    "name",
    [
        *("../weights", "/etc/passwd", "a/../../b", "a/./b", "a//b", "", ".", "..", "a/", "C:x"),
        *("a\\b", "\x1b[31m", "a\nb", "a\u202eb", ".lock", "manifest.json", "x.part", "a /b"),
        *(
            ".zookit-a/b",
            "nul\0",
            "a" * 300,
            "a/" * 300 + "b",
            "experiment.toml/x",
            "EXPERIMENT.toml",
        ),
    ],
)
def test_names_of_files_stay_within_the_run(name: str) -> None:
    with pytest.raises(BadManifest):
        parse_manifest(written(files={**RUN, name: ENTRY}))


@pytest.mark.parametrize(
    "name", ["..", ".", "", ".hidden", "a/b", "a\\b", "\x1b", "x" * 300, "latest"]
)
def test_the_name_of_a_run_is_that_of_a_folder(name: str) -> None:
    with pytest.raises(BadManifest):
        parse_manifest(written(name=name))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<html>", "JSON"),
        (b"\xff", "JSON"),
        (b"[" * 100_000, "JSON"),
        (b"[]", "manifest of a run"),
        (b"{}", "manifest of a run"),
        (written(format=2), "format is 2.* reads 1"),
        (written(files={"experiment.toml": ENTRY}), "no environment.json"),
        (written(files={**RUN, "a": {**ENTRY, "size": -1}}), "size"),
        (written(files={**RUN, "a": {**ENTRY, "size": 2**60}}), "size"),
        (written(files={**RUN, "a": {**ENTRY, "sha256": "g" * 64}}), "SHA-256"),
        (written(files={**RUN, **{f"f{at}": ENTRY for at in range(10_000)}}), "more than 10,000"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_bad_manifest_is_an_error_of_one_line(content: bytes, reason: str) -> None:
    with bounded(), pytest.raises(BadManifest, match=reason) as raised:
        parse_manifest(content)
    assert "\n" not in str(raised.value)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=25, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(["format", "name", "files"]), _VALUES))
def test_any_manifest_is_valid_or_an_error(changes: dict[str, Any]) -> None:
    with suppress(BadManifest):
        assert isinstance(parse_manifest(written(**changes)), Manifest)


@settings(max_examples=25, deadline=None)
@given(name=st.text(max_size=20))
def test_any_name_leads_into_the_folder_or_is_an_error(name: str) -> None:
    try:
        (found, *_) = set(parse_manifest(written(files={**RUN, name: ENTRY})).files) - set(RUN)
    except (BadManifest, ValueError):  # ValueError: one of the two names
        return
    path = Path(os.path.normpath(Path("/run", found)))
    assert path.is_relative_to("/run")
    assert len(path.parts) > 2
