"""The content of a folder, to check that nothing in it has changed."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files in the folder and its subfolders, by relative path."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}
