"""The pictures that callbacks leave in a run: PNG and JPEG, encoded again, and nothing else."""

import base64
import io
import os
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from zookit.report.page import page_of
from zookit.report.pictures import Pictures, pictures_of
from zookit.runs.run import read_run


def put(run: Path, name: str, content: bytes = b"") -> Path:
    path = run / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def encoded(kind: str = "PNG", size: tuple[int, int] = (90, 30), **options: object) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(file, kind, **options)
    return file.getvalue()


def opened(address: str) -> Image.Image:
    _, _, text = address.partition(";base64,")
    return Image.open(io.BytesIO(base64.b64decode(text)))


def test_pictures_are_shown_newest_first_with_their_epoch(run: Path) -> None:
    for epoch in range(1, 10):
        put(run, f"predictions/epoch-{epoch:05}.png", encoded())
    put(run, "curves/epoch-00002.jpg", encoded("JPEG"))
    found = pictures_of(run)
    curves, predictions = found.groups
    assert (curves.name, predictions.name) == ("curves", "predictions")
    assert [each.epoch for each in predictions.pictures] == [9, 8, 7, 6, 5, 4]
    assert predictions.count == 9
    assert not found.left_out
    page = page_of([read_run(run)])
    assert page.count("data:image/jpeg;base64,") == 1
    assert 'alt="predictions, epoch 9"' in page
    assert 'alt="predictions, epoch 3"' not in page


def test_a_run_without_pictures_has_no_section_for_them(run: Path) -> None:
    assert pictures_of(run) == Pictures([], [])
    assert "Pictures of callbacks" not in page_of([read_run(run)])


def test_a_picture_is_encoded_again(run: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "<script>secret</script>")
    put(run, "a/epoch-00001.png", encoded(pnginfo=text) + b"<script>trailing</script>")
    put(run, "b/epoch-00001.png", encoded(size=(4000, 20)))
    metadata, large = (group.pictures[0] for group in pictures_of(run).groups)
    shown = base64.b64decode(metadata.address.partition(";base64,")[2])
    assert b"secret" not in shown
    assert b"trailing" not in shown
    assert opened(metadata.address).getpixel((5, 5)) == (200, 10, 10)
    assert max(opened(large.address).size) == 1200


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(40 << 30)


def linked(path: Path) -> None:
    target = path.parent.parent.parent.parent / "private.png"
    target.write_bytes(encoded())
    path.symlink_to(target)


WRONG = {
    "svg": ("epoch-00001.svg", lambda path: path.write_text("<svg onload='x'/>")),
    "html": ("epoch-00001.html", lambda path: path.write_text("<script></script>")),
    "an SVG by another name": ("epoch-00001.png", lambda path: path.write_text("<svg/>")),
    "a GIF by another name": ("epoch-00001.png", lambda path: path.write_bytes(encoded("GIF"))),
    "broken": ("epoch-00001.png", lambda path: path.write_bytes(encoded()[:60])),
    "empty": ("epoch-00001.jpg", lambda path: path.write_bytes(b"")),
    "many pixels": (
        "epoch-00001.png",
        lambda path: path.write_bytes(encoded(size=(20_000, 1000))),
    ),
    "sparse": ("epoch-00001.png", sparse),
    "fifo": ("epoch-00001.png", os.mkfifo),
    "link": ("epoch-00001.png", linked),
    "folder": ("epoch-00001.png", Path.mkdir),
    "no epoch": ("notes.txt", lambda path: path.write_text("notes")),
}


@pytest.mark.parametrize(("name", "make"), WRONG.values(), ids=WRONG)
def test_anything_else_is_left_out_with_a_line(run: Path, name: str, make: object) -> None:
    put(run, "things/epoch-00002.png", encoded())
    make(run / "files" / "things" / name)  # type: ignore[operator]
    found = pictures_of(run)
    assert [each.epoch for each in found.groups[0].pictures] == [2]
    (line,) = found.left_out
    assert line.startswith(f"things/{name}: ")
    assert (
        "<svg"
        not in page_of([read_run(run)])
        .partition("Pictures of callbacks")[2]
        .partition("</section>")[0]
    )


def test_links_to_folders_are_left_out(run: Path, tmp_path: Path) -> None:
    put(tmp_path / "other", "predictions/epoch-00001.png", encoded())
    (run / "files").symlink_to(tmp_path / "other" / "files")
    assert pictures_of(run).groups == []
    assert len(pictures_of(run).left_out) == 1
    (run / "files").unlink()
    (run / "files").mkdir()
    (run / "files" / "linked").symlink_to(tmp_path / "other" / "files" / "predictions")
    assert pictures_of(run).groups == []
    assert len(pictures_of(run).left_out) == 1


def test_many_names_and_files_are_cut_to_a_readable_number(run: Path) -> None:
    for at in range(12):
        put(run, f"name-{at:02}/epoch-00001.png", encoded())
    for at in range(100):
        put(run, f"name-00/epoch-{at + 2:05}.txt")
    put(run, "name-01/epoch-<b>.png")
    found = pictures_of(run)
    assert len(found.groups) == 8
    assert len(found.left_out) == 11
    assert "92 more" in found.left_out[-1]
    page = page_of([read_run(run)])
    assert "<b>.png" not in page
