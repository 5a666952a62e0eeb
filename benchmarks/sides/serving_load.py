"""Starts a server, sends requests over several connections, and reports how it answered."""

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

folder, connections, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
_WARM_UP = 0.3
"""The part of the seconds before those that count."""
_LABEL = re.compile(rb'"label": ?(\d+)')


def requests() -> list[tuple[bytes, int]]:
    """Return each request with the class of its image."""
    found = []
    for file in sorted(folder.iterdir()):
        body = file.read_bytes()
        head = (
            "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        found.append((head.encode() + body, int(file.name.partition("-")[0])))
    return found


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[float, int]:
    """Send a request, and return the seconds until the answer and the label in it."""
    began = time.perf_counter()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith(b"http/1.1 200"):
        raise SystemExit(f"the server answered {head.decode()}")
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    body = await reader.readexactly(length)
    took = time.perf_counter() - began
    (label,) = _LABEL.findall(body)
    return took, int(label)


async def load(host: str, port: int, until: float, first: int) -> list[tuple[float, bool]]:
    """Send one request after the other over one connection."""
    reader, writer = await asyncio.open_connection(host, port)
    all_requests, answers = requests(), []
    at = first
    while time.perf_counter() < until:
        request, true = all_requests[at % len(all_requests)]
        took, label = await ask(reader, writer, request)
        answers.append((took, label == true))
        at += 1
    writer.close()
    await writer.wait_closed()
    return answers


async def all_loads(url: str, duration: float) -> list[tuple[float, bool]]:
    """Send requests over all connections, and return the answers."""
    address, until = urlsplit(url), time.perf_counter() + duration
    assert address.hostname is not None
    assert address.port is not None
    loads = (load(address.hostname, address.port, until, at * 16) for at in range(connections))
    return [each for answers in await asyncio.gather(*loads) for each in answers]


def cpu_seconds(process: int) -> float:
    """Return the CPU time of a process, of all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


with subprocess.Popen(sys.argv[4:], stdout=subprocess.PIPE, text=True) as server:
    assert server.stdout is not None
    url = next((line for line in server.stdout if line.startswith("http://")), None)
    if url is None:
        raise SystemExit("the server did not start")
    asyncio.run(all_loads(url.strip(), seconds * _WARM_UP))
    cpu_before, began = cpu_seconds(server.pid), time.perf_counter()
    answers = asyncio.run(all_loads(url.strip(), seconds))
    wall, cpu = time.perf_counter() - began, cpu_seconds(server.pid) - cpu_before
    server.terminate()
times = [took for took, _ in answers]
percentiles = statistics.quantiles(times, n=100, method="inclusive")
report = {
    "requests": len(times),
    "seconds": wall,
    "p50": percentiles[49],
    "p99": percentiles[98],
    "cpu": cpu,
    "correct": sum(right for _, right in answers),
}
print(json.dumps(report))
