"""Arrays as safetensors: equal content gives equal bytes, and other content is refused."""

import json
import os
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
from bounded import bounded
from damage import cut
from safetensors.numpy import save_file

from zookit.core import BadRun
from zookit.runs.arrays import assign, digest, load_arrays, load_of_end, numbered, save_arrays
from zookit.runs.run import EVALUATION, WEIGHTS, read_run

BOTH = (WEIGHTS, EVALUATION)
ARRAYS: dict[str, npt.NDArray[Any]] = {
    "b": np.arange(3, dtype=np.int64),
    "a": np.ones((2, 2), np.float32),
}


def test_arrays_and_text_come_back(tmp_path: Path) -> None:
    save_arrays(tmp_path / "file", ARRAYS, "a text")
    arrays, text = load_arrays(tmp_path / "file")
    assert text == "a text"
    assert arrays.keys() == ARRAYS.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, ARRAYS[name])
        assert array.dtype == ARRAYS[name].dtype


def test_the_order_of_the_arrays_does_not_change_the_file(tmp_path: Path) -> None:
    save_arrays(tmp_path / "one", ARRAYS)
    save_arrays(tmp_path / "other", dict(reversed(ARRAYS.items())))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_the_digest_depends_on_everything() -> None:
    others = [
        digest(ARRAYS, "other"),
        digest({**ARRAYS, "b": np.arange(1, 4)}, ""),
        digest({**ARRAYS, "b": np.arange(3, dtype=np.int32)}, ""),
        digest({"a": ARRAYS["b"], "b": ARRAYS["a"]}, ""),
        digest({**ARRAYS, "a": np.ones(4, np.float32)}, ""),
    ]
    assert len({digest(ARRAYS, ""), *others}) == 6


@pytest.mark.parametrize("format_", [None, "1", "3"])
def test_another_format_is_refused(tmp_path: Path, format_: str | None) -> None:
    save_file(ARRAYS, tmp_path / "file", {"format": format_} if format_ else None)
    with pytest.raises(BadRun, match="format"):
        load_arrays(tmp_path / "file")


def test_a_missing_file_says_how_to_get_it_back(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match=r"weights\.safetensors is missing.*zookit resume"):
        load_arrays(tmp_path / WEIGHTS)


@pytest.mark.parametrize("content", [b"", b"\x80\x04", b"\xff" * 100, b"{}"])
def test_another_content_is_damaged(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadRun, match="damaged"):
        load_arrays(tmp_path / "file")


@pytest.mark.parametrize("name", BOTH)
def test_a_flipped_bit_is_found_by_the_hash_in_metrics(run: Path, name: str) -> None:
    content = bytearray((run / name).read_bytes())
    content[-1] ^= 1
    (run / name).write_bytes(content)
    with pytest.raises(BadRun, match=rf"{name} does not match metrics\.json"):
        load_of_end(read_run(run), name)


@pytest.mark.parametrize(
    "files", [{}, {WEIGHTS: "", EVALUATION: ""}, {WEIGHTS: "0", EVALUATION: "0"}]
)
@pytest.mark.parametrize("name", BOTH)
def test_a_file_without_a_hash_is_damaged(run: Path, files: dict[str, str], name: str) -> None:
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "files": files}))
    with pytest.raises(BadRun, match=rf"{name} does not match metrics\.json"):
        load_of_end(read_run(run), name)


def with_header(path: Path, header: object, size: int) -> None:
    """Write a sparse safetensors file."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    os.truncate(path, size)


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ({"a": {"dtype": "F32", "shape": [10**10], "data_offsets": [0, 4 * 10**10]}}, 4 * 10**10),
        ({"a": {"dtype": "F32", "shape": [10**10], "data_offsets": [0, 4 * 10**10]}}, 1000),
        ({"a": {"dtype": "F32", "shape": [2**40] * 9, "data_offsets": [0, 40]}}, 1000),
        ({"a": {"dtype": "F32", "shape": [0, 2**62], "data_offsets": [0, 0]}}, 1000),
        ({"__metadata__": {"format": "2"}}, 4 * 10**10),
        (b"[" * 1_000_000, 2_000_000),
        (b'{"a":' * 200_000, 2_000_000),
        (b"9" * 1_000_000, 2_000_000),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("name", BOTH)
def test_claims_that_no_file_can_hold_cost_nothing(
    run: Path, name: str, header: object, size: int
) -> None:
    with_header(run / name, header, size)
    with bounded(5, 512), pytest.raises(BadRun, match=name):
        load_of_end(read_run(run), name)


def test_a_truncated_file_is_damaged(run: Path) -> None:
    cut(WEIGHTS)(run)
    with pytest.raises(BadRun, match=r"damaged: it is cut off") as error:
        load_of_end(read_run(run), WEIGHTS)
    assert "deserializ" not in str(error.value)


def test_a_snapshot_from_before_a_resumption_says_to_refresh(run: Path) -> None:
    before = read_run(run)
    arrays, _ = load_arrays(run / WEIGHTS)
    save_arrays(run / WEIGHTS, {name: array + 1 for name, array in arrays.items()})
    (run / "metrics.json").unlink()
    with pytest.raises(BadRun, match=r"run\.refresh\(\)"):
        load_of_end(before, WEIGHTS)


def variables() -> list[keras.Variable]:
    return [keras.Variable(np.zeros((2, 3)), dtype="float32"), keras.Variable(0, dtype="int64")]


def test_variables_come_back() -> None:
    before, after = variables(), variables()
    before[0].assign(np.arange(6).reshape(2, 3))
    before[1].assign(7)
    arrays = {**numbered("model/", before), "other/0000": np.ones(1)}
    assign("model/", after, arrays, Path("file"))
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"model/0000": np.ones((3, 2), np.float32)}, "(3, 2)"),
        ({"model/0000": np.ones((2, 3), np.float64)}, "float64"),
        ({"model/0001": None}, "1 of the model's 2"),
        ({"model/0002": np.ones(1)}, "3 of the model's 2"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_and_none_is_assigned(
    changes: dict[str, Any], fact: str
) -> None:
    model = variables()
    arrays = {"model/0000": np.ones((2, 3), np.float32), "model/0001": np.array(7), **changes}
    given = {name: each for name, each in arrays.items() if each is not None}
    with pytest.raises(BadRun) as raised:
        assign("model/", model, given, Path("file"))
    assert fact in str(raised.value)
    assert not model[0].numpy().any()
