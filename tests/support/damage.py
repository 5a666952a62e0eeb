"""Changes to the files of a run: edits, disk damage and random changes."""

import json
import pickle
import struct
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomli_w
from bounded import bounded
from contents import contents
from hypothesis import strategies as st
from safetensors.numpy import load

from zookit.core import ZookitError
from zookit.runs.arrays import digest

TEXTS = ("experiment.toml", "environment.json", "metrics.json", "history.csv", "times.csv")
ARRAYS = ("weights.safetensors", "evaluation.safetensors", "checkpoint.safetensors")

Edit = Callable[[Path], object]


def replaced(file: str, old: str, new: str) -> Edit:
    """Return an edit that replaces text, once."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def cut(file: str) -> Edit:
    """Return an edit that removes the last bytes."""
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes()[:-7])


def removed(file: str) -> Edit:
    """Return an edit that removes a file."""
    return lambda folder: (folder / file).unlink()


class Bomb:
    """An object whose pickle creates a file when it is loaded."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return open, (str(self.mark), "w")


def bomb(mark: Path) -> bytes:
    return pickle.dumps(Bomb(mark))


def check_one_line(error: ZookitError) -> None:
    assert len(str(error).splitlines()) == 1
    assert str(error).isprintable(), ascii(str(error))


def check_change(folder: Path, change: tuple[str, bytes], use: Edit) -> None:
    """Check that `use` refuses a changed file in one line, or accepts it, and changes nothing.

    It takes neither long nor much memory.
    """
    name, content = change
    before = contents(folder)
    (folder / name).write_bytes(content)
    try:
        try:
            with bounded(10, 1024):
                use(folder)
        except ZookitError as error:
            check_one_line(error)
        assert contents(folder) == {**before, name: content}
    finally:
        (folder / name).write_bytes(before[name])


def nested(depth: int) -> Any:
    value: Any = 1
    for at in range(depth):
        value = [value] if at % 2 else {"a": value}
    return value


ODD_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([2**31, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([nested(20), nested(200), ["x"] * 10_000, "x" * 100_000, "http://x", "/"]),
    st.sampled_from(["a\nb", "\x00", "[/]", "\ud800", "x" * 10_000]),
    st.recursive(
        st.integers(-1, 3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=6,
    ),
)


def changed_files(names: tuple[str, ...], folder: Path) -> st.SearchStrategy[tuple[str, bytes]]:
    """A file of the folder, with a damaged or changed content."""
    files = [(name, (folder / name).read_bytes()) for name in names if (folder / name).exists()]
    return st.sampled_from(files).flatmap(
        lambda file: st.tuples(st.just(file[0]), scratched(file[1]) | edited(file[0], file[1]))
    )


@st.composite
def scratched(draw: st.DrawFn, content: bytes) -> bytes:
    """Draw the content of a file damaged by a disk."""
    at = draw(st.integers(0, len(content)))
    to = draw(st.integers(at, min(len(content), at + 40)))
    junk = draw(st.binary(max_size=40))
    return draw(
        st.sampled_from(
            [content[:at], content[:at] + junk + content[to:], content[:at] + content[to:], junk]
        )
    )


@st.composite
def edited(draw: st.DrawFn, name: str, content: bytes) -> bytes:
    """Draw the content of a well-formed file with a wrong value."""
    if name.endswith(".csv"):
        rows = [line.split(",") for line in content.decode().splitlines()]
        row = draw(st.sampled_from(rows))
        cell = st.text(max_size=8) | st.floats().map(str) | st.sampled_from(["", '"', "1" * 5000])
        row[draw(st.integers(0, len(row) - 1))] = draw(cell)
        return "\n".join(map(",".join, rows)).encode("utf-8", "surrogatepass")
    if name.endswith(".toml"):
        try:
            return tomli_w.dumps(_changed(draw, tomllib.loads(content.decode()))).encode()
        except (TypeError, ValueError, AttributeError):  # TOML has no None and no lone surrogates
            return b"[" * draw(st.integers(0, 5000))
    if name.endswith(".json"):
        return json.dumps(_changed(draw, json.loads(content))).encode()
    size = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + size])
    about = header["__metadata__"]
    if "text" in about and draw(st.booleans()):
        about["text"] = json.dumps(_changed(draw, json.loads(about["text"])))
        about["sha256"] = digest(load(content), about["text"])
    else:
        header = _changed(draw, header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + size :]


def _changed(draw: st.DrawFn, value: Any) -> Any:
    """A value of tables and lists with something replaced, left out or added."""
    inside = isinstance(value, dict | list) and value and draw(st.integers(0, 5))
    if not inside:
        return draw(ODD_VALUES)
    key = draw(st.sampled_from(list(value) if isinstance(value, dict) else range(len(value))))
    copy = value.copy()
    what = draw(st.integers(0, 9))
    if what == 0:
        del copy[key]
    elif what == 1 and isinstance(copy, dict):
        copy[draw(st.text(max_size=8))] = draw(ODD_VALUES)
    else:
        copy[key] = _changed(draw, value[key])
    return copy
