"""What a folder holds, to see that nothing in it was changed."""

from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    """Each file in there, at any depth."""
    files = (each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}
