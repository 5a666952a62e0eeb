"""Names of the files and folders that systems, sync tools and editors leave in folders.

Thumbnails and old versions of pictures are among them, which would leak between splits.
"""

import fnmatch
import re

_NAMES = (
    # macOS, and file servers for it
    *(".DS_Store", "._*", "__MACOSX", "Icon\r", ".localized", ".VolumeIcon.icns", ".fseventsd"),
    *(".Spotlight-V100", ".Trashes", ".Trash", ".TemporaryItems", ".DocumentRevisions-V100"),
    *(".AppleDouble", ".AppleDB", ".AppleDesktop", "Network Trash Folder", "Temporary Items"),
    *("TheVolumeSettingsFolder", ".PKInstallSandboxManager*", ".com.apple.*", ".apdisk"),
    # Windows
    *("Thumbs.db*", "ehthumbs*.db", "thumbcache_*.db", "desktop.ini", "$RECYCLE.BIN"),
    *("System Volume Information", "FOUND.[0-9][0-9][0-9]", "WPSettings.dat", "IndexerVolumeGuid"),
    *("*?Zone.Identifier", "*:encryptable", "_vti_cnf", "_vti_pvt"),
    # Linux and Android
    *("lost+found", "LOST.DIR", ".directory", ".Trash-*", ".thumbnails", ".thumbcache*"),
    *(".nfs*", ".fuse_hidden*", ".xvpics", ".nomedia", ".trashed-*", ".pending-*"),
    # Synology, QNAP and other network storage
    *("@eaDir", "*@SynoEAStream", "*@SynoResource", "@tmp", "@sharebin", "#recycle", "#snapshot"),
    *("@Recycle", "@Recently-Snapshot", "@__thumb", ".@__thumb", ".@__*", "@Transcode"),
    *("@upload_cache", "@.SYSTEM", "Network Recycle Bin*", "~snapshot", ".snapshot", ".snapshots"),
    *(".recycle", ".zfs", "SYNOINDEX_*", "SYNOPHOTO_*", "SYNOFILE_THUMB_*"),
    # Dropbox, OneDrive, Google Drive, Nextcloud, Syncthing, Resilio, Seafile, rsync
    *(".dropbox", ".dropbox.*", "* (*conflicted copy*)*", "*(SFConflict *)*", "*:com.dropbox.*"),
    *(".tmp.drive*", ".sync_*.db*", "._sync_*.db*", ".csync_journal.db*", ".owncloudsync.log*"),
    *("*_conflict-[0-9]*-[0-9]*", ".stfolder", ".stversions", ".stignore", "~syncthing~*.tmp"),
    *(".syncthing.*.tmp", "*.sync-conflict-[0-9]*-[0-9]*", ".sync", "*.!sync", "*.bts"),
    *("_gsdata_", ".~tmp~", ".rsync-*"),
    # incomplete downloads
    *("*.part", "*.partial", "*.crdownload", "*.download", "*.opdownload", "*.filepart"),
    *("*.aria2", "*.!ut", "*.!qB"),
    # programs for pictures, and editors
    *("*.*_original", ".picasa*", "Picasa.ini", "*.thm", "*.lrdata", ".comments"),
    *("?*~", "~$?*", ".~lock.*", "*.bak", "*.tmp", "*.temp", "*.swp", ".#*"),
    # development
    *(".git", ".gitignore", ".gitattributes", ".gitkeep", ".hg", ".svn", "__pycache__"),
    *(".ipynb_checkpoints", ".idea", ".vscode", ".cache", ".dvc", "node_modules"),
)
_EXACT = ("RECYCLER", "RECYCLED")
"""Windows' trash on old disks, in capitals; in small letters they may be classes."""

_is_named = re.compile("|".join(map(fnmatch.translate, _NAMES)), re.IGNORECASE).fullmatch


def is_junk(name: str) -> bool:
    """Return whether a file or folder of this name was not put there by the user."""
    return name in _EXACT or _is_named(name) is not None


def is_junk_or_hidden(name: str) -> bool:
    """Return whether a file or folder of this name is junk, or hidden by a dot."""
    return name.startswith(".") or is_junk(name)
