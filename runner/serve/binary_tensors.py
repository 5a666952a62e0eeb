"""Requests and answers of the Open Inference Protocol whose tensors follow the JSON as bytes.

This is the extension "binary_tensor_data" of the protocol: the header
`Inference-Header-Content-Length` has the number of bytes of the JSON, and the bytes of each tensor
follow in the order of the tensors, little-endian and row by row
(https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).
"""

import json
import struct
from collections.abc import Sequence
from typing import Any

from zookit.serve.problems import bad_request

HEADER = "Inference-Header-Content-Length"
_MOST_DIGITS = 20


def split_body(body: bytes, header: str | None) -> tuple[bytes, bytes]:
    """Return the JSON of a request, and the bytes that follow. Raises Refused."""
    if header is None:
        return body, b""
    is_number = header.isascii() and header.isdecimal() and len(header) <= _MOST_DIGITS
    if not is_number or int(header) > len(body):
        raise bad_request(
            f"the header {HEADER} must be the length of the JSON, at most {len(body):,}, got "
            f"{header[:_MOST_DIGITS]!r}"
        )
    return body[: int(header)], body[int(header) :]


def joined_body(answer: dict[str, Any], tensors: Sequence[bytes]) -> tuple[bytes, dict[str, str]]:
    """Return the body of an answer whose tensors follow the JSON, and its headers."""
    start = json.dumps(answer, separators=(",", ":")).encode()
    if not tensors:
        return start, {"Content-Type": "application/json"}
    headers = {"Content-Type": "application/octet-stream", HEADER: str(len(start))}
    return b"".join((start, *tensors)), headers


def text_bytes(texts: Sequence[str]) -> bytes:
    """Return texts as the bytes of a tensor of the type BYTES: each with its length before it."""
    encoded = [text.encode() for text in texts]
    return b"".join(struct.pack("<I", len(each)) + each for each in encoded)
