"""Finds the storage that an address names."""

import re
from pathlib import Path
from urllib.parse import unquote

from zookit.core.addresses import is_address
from zookit.core.errors import quoted
from zookit.core.messages import is_at_command_line
from zookit.remote.folder_storage import FolderStorage
from zookit.remote.fsspec_storage import FsspecStorage
from zookit.remote.storage import RemoteError, Storage, WritableStorage
from zookit.remote.web_storage import WebStorage

_PROTOCOL = re.compile(r"[a-z][a-z0-9+.-]*")
_ONE_SLASH = re.compile(r"([A-Za-z][\w+.-]+):/(?!/)")
"""The beginning of an address with a slash too few; a drive has one letter."""


def storage_at(url: str) -> Storage:
    """Return the storage at an address or at the path of a folder.

    Raises RemoteError if it is not valid, and NotInstalled if its store needs another package.
    """
    if not url.strip():
        raise RemoteError("the address is empty. Pass one such as s3://BUCKET/RUN, or a folder.")
    if not url.isprintable():
        raise RemoteError(f"{quoted(url)} is not an address.")
    try:
        if not is_address(url):
            folder = Path(url).expanduser().absolute()
            if (found := _ONE_SLASH.match(url)) and not folder.exists():
                raise ValueError(f"write {found[1]}:// with two slashes")
            return FolderStorage(folder)
        protocol = url.partition("://")[0].lower()
        if not _PROTOCOL.fullmatch(protocol):
            raise ValueError("it begins with no protocol, such as s3:// or https://")
        if protocol in ("http", "https"):
            return WebStorage(url)
        if protocol in ("file", "local"):
            return FolderStorage(_local_path(url))
    except (ValueError, RuntimeError) as error:
        raise RemoteError(f"{quoted(url)} is not an address: {error}.") from None
    return FsspecStorage(url)


def _local_path(url: str) -> Path:
    """Return the path in an address of this machine. Raises ValueError if it is of another one."""
    host, _, path = url.partition("://")[2].partition("/")
    if host.lower() not in ("", "localhost"):
        raise ValueError(
            f"it names {quoted(host)} as the machine; write file:///FOLDER with three slashes, or "
            "the path of the folder"
        )
    return Path("/", unquote(path))


def writable_storage_at(url: str) -> WritableStorage:
    """Return the storage at an address to push to. Raises as `storage_at` does."""
    storage = storage_at(url)
    if url.lower().startswith("memory:") and is_at_command_line():
        raise RemoteError(
            f"{storage.address} is in the memory of this command and ends with it. Push to a "
            "folder or a store."
        )
    if isinstance(storage, WritableStorage):
        return storage
    raise RemoteError(
        f"nothing can be pushed to {storage.address}: web addresses can only be pulled. Push to a "
        "folder, s3://BUCKET/RUN, gs://BUCKET/RUN or hf://USER/REPOSITORY/RUN."
    )
