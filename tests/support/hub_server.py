"""A real local web server that answers as a Hugging Face hub does, for data set repositories."""

import hashlib
import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
from PIL import Image

CLASSES = ("cat", "dog", "fish")


@dataclass
class Stored:
    """A repository: its files at each commit, its branches, and what it asks of those who read."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    card: dict[str, Any] = field(default_factory=dict)
    gated: bool = False
    token: str = ""

    def commit(self, files: Mapping[str, bytes], branch: str = "main") -> str:
        """Store files as the newest commit of a branch; return its hash."""
        content = repr((branch, len(self.commits), sorted(files.items()))).encode()
        name = hashlib.sha1(content).hexdigest()
        self.commits[name] = dict(files)
        self.branches[branch] = name
        return name


class Hub(ThreadingHTTPServer):
    """Serves `repositories`; `requests` lists (method, path) in order of arrival.

    The files in `wrong` have other bytes; those in `cut` end in the middle, once.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.repositories: dict[str, Stored] = {}
        self.requests: list[tuple[str, str]] = []
        self.tokens: set[str] = set()
        self.wrong: set[str] = set()
        self.cut: set[str] = set()
        self.status: int | None = None

    def add(self, name: str, files: Mapping[str, bytes], **card: Any) -> str:
        """Store a repository with these files; return the commit."""
        self.repositories[name] = Stored(card=card)
        return self.repositories[name].commit(files)

    def forget(self) -> None:
        """Return to the state of a new server."""
        self.repositories.clear()
        self.requests.clear()
        self.tokens.clear()
        self.wrong.clear()
        self.cut.clear()
        self.status = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Do not print a traceback if a client disconnects."""


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: Any) -> None:
        """Print nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append((self.command, path))
        if self.server.status is not None:
            self._refuse(self.server.status)
            return
        for name, stored in self.server.repositories.items():
            for prefix, answer in (
                (f"/api/datasets/{name}", self._describe),
                (f"/datasets/{name}/resolve/", self._send_file),
            ):
                if path.startswith(prefix):
                    if self._may_read(stored):
                        answer(name, stored, path.removeprefix(prefix))
                    return
        self._refuse(401, "RepoNotFound")

    def _may_read(self, stored: Stored) -> bool:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.server.tokens |= {token} - {""}
        if stored.token and token != stored.token:
            self._refuse(401, "GatedRepo" if stored.gated else "RepoNotFound")
            return False
        return True

    def _describe(self, name: str, stored: Stored, rest: str) -> None:
        revision = rest.removeprefix("/revision/") or "main"
        commit = stored.branches.get(revision, revision)
        if commit not in stored.commits:
            self._refuse(404, "RevisionNotFound")
            return
        siblings = [
            {
                "rfilename": path,
                "size": len(content),
                "blobId": _blob(content),
                **({"lfs": _lfs(content)} if path.endswith(".parquet") else {}),
            }
            for path, content in stored.commits[commit].items()
        ]
        described = {"id": name, "sha": commit, "siblings": siblings, "cardData": stored.card}
        self._send(json.dumps(described).encode(), {"Content-Type": "application/json"})

    def _send_file(self, name: str, stored: Stored, rest: str) -> None:
        del name
        revision, _, path = rest.partition("/")
        commit = stored.branches.get(revision, revision)
        content = stored.commits.get(commit, {}).get(path)
        if content is None:
            self._refuse(404, "EntryNotFound")
            return
        etag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {"X-Repo-Commit": commit, "ETag": etag, "X-Linked-Etag": etag}
        if path in self.server.wrong:
            content = bytes(byte ^ 1 for byte in content)
        cut = path in self.server.cut and self.command == "GET"
        self.server.cut -= {path} if cut else set()
        self._send(content, {**headers, "X-Linked-Size": str(len(content))}, cut=cut)

    def _send(self, content: bytes, headers: Mapping[str, str], *, cut: bool = False) -> None:
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").partition("-")[0]) if asked else 0
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content[start : len(content) // 2 if cut else None])
            self.close_connection = cut

    def _refuse(self, status: int, code: str = "") -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _blob(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()


def _lfs(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "pointerSize": 130}


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """Serve a hub until the block ends."""
    with Hub() as hub:
        thread = threading.Thread(target=hub.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield hub
        finally:
            hub.shutdown()
            thread.join()


def picture(value: int, size: tuple[int, int] = (8, 8), mode: str = "L") -> bytes:
    """Return a PNG whose pixels are known and different for each value."""
    pixels = np.random.default_rng(value).integers(0, 256, (size[1], size[0]), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def table(
    images: list[bytes],
    labels: list[Any],
    *,
    image: str = "image",
    label: str = "label",
    features: Mapping[str, Any] | None = None,
    more: Mapping[str, list[Any]] | None = None,
) -> bytes:
    """Return a Parquet file as the library `datasets` writes it.

    `features` are those of the metadata: by default an image and a label with the names CLASSES;
    empty for a file without metadata. `more` has further columns.
    """
    import pyarrow as pa
    from pyarrow import parquet

    if features is None:
        features = {image: {"_type": "Image"}, label: {"_type": "ClassLabel", "names": CLASSES}}
    columns = {
        image: pa.array([{"bytes": each, "path": None} for each in images]),
        label: pa.array(labels),
        **{name: pa.array(values) for name, values in (more or {}).items()},
    }
    found = pa.table(columns)
    if features:
        described = json.dumps({"info": {"features": features}})
        found = found.replace_schema_metadata({"huggingface": described})
    buffer = io.BytesIO()
    parquet.write_table(found, buffer)
    return buffer.getvalue()


def pets(count: int = 12, start: int = 0, **options: Any) -> bytes:
    """Return a Parquet file of grey 8 x 8 pictures in three classes."""
    values = range(start, start + count)
    return table([picture(each) for each in values], [each % 3 for each in values], **options)
