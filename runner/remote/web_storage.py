"""A web server that serves a pushed run. It can only be read."""

from collections.abc import Iterator
from contextlib import nullcontext
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from zookit.core import DataUnavailable, WrongHash
from zookit.core.progress import Advance
from zookit.core.remote_file import RemoteFile
from zookit.data.download import READ_SECONDS, download_from
from zookit.data.transfer import BrokenOffError, RefusedError, opened
from zookit.remote.manifest import FileEntry
from zookit.remote.storage import NotThere, RemoteError, Storage, Unreachable


class WebStorage(Storage):
    """An address of http or https. Its query, which may be a signature, goes with each file."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._parts = urlsplit(url)

    def blocks(self, name: str, start: int) -> Iterator[bytes]:
        """See `Storage`."""
        try:
            with opened(self._url(name), start, READ_SECONDS) as transfer:
                yield from transfer.blocks()
        except RefusedError as error:
            kind = NotThere if error.status == HTTPStatus.NOT_FOUND else RemoteError
            raise kind(f"{self.at(name)} cannot be read: {error}.") from None
        except BrokenOffError as error:
            raise Unreachable(
                f"{self.at(name)} cannot be read: {error}. Check the address and the network, and "
                "run the command again."
            ) from None

    def fetch(self, name: str, entry: FileEntry, path: Path, advance: Advance) -> None:
        """See `Storage`."""
        if not entry.size:  # not asked for
            super().fetch(name, entry, path, advance)
            return

        def progress(*_: object, **__: object) -> nullcontext[Advance]:
            return nullcontext(advance)  # one report for all files of the run

        file = RemoteFile(path.name, entry.sha256, (), entry.size)
        try:
            download_from(file, self._url(name), path.parent, progress, READ_SECONDS)
        except WrongHash as error:
            raise self.changed(name, f"the server {error}") from None
        except DataUnavailable as error:
            raise RemoteError(
                f"{self.at(name)} cannot be downloaded: {error}. Run the command again; it "
                "continues where it stopped."
            ) from None

    def _url(self, name: str) -> str:
        path = f"{self._parts.path.rstrip('/')}/{quote(name)}"
        return urlunsplit(self._parts._replace(path=path, fragment=""))
