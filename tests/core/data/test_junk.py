"""What systems and sync tools leave in folders is known; what may be somebody's is not touched."""

import pytest

from zookit.core.data.junk import is_junk, is_junk_or_hidden

JUNK = [
    *(".DS_Store", "._IMG_1.jpg", "__MACOSX", "Icon\r", ".Spotlight-V100", ".Trashes"),
    *(".fseventsd", ".AppleDouble", ".TemporaryItems", "Network Trash Folder"),
    *("Thumbs.db", "thumbs.DB", "ehthumbs_vista.db", "Desktop.ini", "$RECYCLE.BIN"),
    *("$Recycle.Bin", "RECYCLER", "System Volume Information", "FOUND.000"),
    *("photo.jpg:Zone.Identifier", "Thumbs.db:encryptable"),
    *("lost+found", ".Trash-1000", ".directory", ".thumbnails", ".nfs000000000123", "LOST.DIR"),
    *("@eaDir", "#recycle", "#snapshot", "@tmp", "IMG.jpg@SynoEAStream"),
    *("@Recycle", ".@__thumb", "@Recently-Snapshot"),
    *(".dropbox.cache", "photo (Anna's conflicted copy 2026-01-02).jpg", ".sync_1a2b.db"),
    *("photo.sync-conflict-20260102-101112-ABCDEFG.jpg", "~syncthing~photo.jpg.tmp"),
    *(".stfolder", ".stversions", ".sync", "photo_conflict-20260102-101112.jpg"),
    *("photo (SFConflict anna@example.org 2026-01-02-10-11-12).jpg",),
    *("photo.jpg.part", "photo.jpg.crdownload", "photo.jpg.partial", "photo.jpg.filepart"),
    *("photo.jpg_original", ".picasaoriginals", "IMG_1.THM", "photo.jpg~", "photo.jpg.bak"),
    *(".git", "__pycache__", ".ipynb_checkpoints", "node_modules"),
]
OWN = [
    *("cats", "photo.jpg", "2024", "recycle", "recycled", "Recycled", "trash", "snapshot"),
    *("@", "#", "$", "~", "#1", "@home", "original", "cat_original", "thumbs", "part", "tmp"),
    *("sync", "conflict", "lost", "photo (1).jpg", "photo - Copy.jpg", "bak", "a.b"),
]


@pytest.mark.parametrize("name", JUNK)
def test_junk(name: str) -> None:
    assert is_junk(name)


@pytest.mark.parametrize("name", OWN)
def test_what_may_be_somebodys(name: str) -> None:
    assert not is_junk(name)
    assert not is_junk_or_hidden(name)


def test_other_hidden_files_may_be_somebodys_too() -> None:
    assert not is_junk(".labels.csv")
    assert is_junk_or_hidden(".labels.csv")
