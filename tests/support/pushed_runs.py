"""Runs to push, web servers that serve them, and keys to sign them with."""

import shutil
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from http_server import Manner, Server
from made_runs import digits

from zookit.remote.manifest import MANIFEST, manifest_of
from zookit.runs.run import RunRecord, read_run


class Keys(NamedTuple):
    """The files of a private key and its public one."""

    private: Path
    public: Path


def copied(into: Path) -> RunRecord:
    """Return a copy of a finished run, to be changed."""
    original = digits().folder
    return read_run(Path(shutil.copytree(original, into / "runs" / original.name)))


def contents(folder: Path) -> dict[str, bytes]:
    """Return what a run's folder holds, without what stays on a machine."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (".lock", MANIFEST)
    }


def served(server: Server, folder: Path, **manners: Manner) -> str:
    """Serve a run as if it had been pushed, and return its URL.

    `manners` are by the stem of a file, such as `weights`.
    """
    server.serve(
        f"/run/{MANIFEST}", manifest_of(folder).content(), manners.get("manifest", "ranges")
    )
    for name, content in contents(folder).items():
        server.serve(f"/run/{name}", content, manners.get(Path(name).stem, "ranges"))
    return f"{server.url}/run"


def make_keys(folder: Path, name: str = "key", password: bytes | None = None) -> Keys:
    """Write a new pair of keys."""
    key = ec.generate_private_key(ec.SECP256R1())
    keys = Keys(folder / f"{name}.pem", folder / f"{name}.pub")
    keys.private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption(),
        )
    )
    keys.public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return keys
