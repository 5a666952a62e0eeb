"""Runs the command line in forks of one process that has imported it, which takes milliseconds.

Each call is a process of its own, in which only the command line is imported. The server is not the
test process, because a process that has used TensorFlow cannot fork.
"""

import json
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """The exit code and output of a call, and the modules it imported."""

    code: int
    out: str
    err: str
    modules: set[str] = field(default_factory=set)


class CommandServer:
    """A process that runs commands in forks of its own."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def run(self, *arguments: str, cwd: Path, **variables: str) -> Ended:
        """Run `zookit` with these arguments in a folder, with these variables set."""
        assert self._process.stdin
        assert self._process.stdout
        call = {"arguments": arguments, "cwd": str(cwd), "variables": variables}
        self._process.stdin.write(json.dumps(call) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ended(answer["code"], answer["out"], answer["err"], set(answer["modules"]))


@contextmanager
def command_server(path: Path | None = None) -> Iterator[CommandServer]:
    """Start a server. Distributions in the folder `path` are installed for its commands."""
    environment = {**os.environ, "COLUMNS": "120", "ZOOKIT_DISABLE": "", "ZOOKIT_WITH": ""}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    with subprocess.Popen(
        [sys.executable, __file__],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield CommandServer(process)
        assert process.stdin
        process.stdin.close()


def _serve() -> None:
    import zookit.cli.commands  # noqa: F401 - the forks find it imported

    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        call = json.loads(line)
        with tempfile.TemporaryDirectory() as folder:
            child = os.fork()
            if not child:
                _run(call, Path(folder))
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            names = ("out", "err", "modules")
            written = {name: Path(folder, name).read_text(encoding="utf-8") for name in names}
        written["modules"] = written["modules"].split()  # type: ignore[assignment]
        answers.write(json.dumps({"code": code, **written}) + "\n")
        answers.flush()


def _run(call: dict[str, object], folder: Path) -> None:
    """Run one command in this fork, and end it."""
    from zookit.cli.app import main

    for name, number in (("out", 1), ("err", 2)):
        os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(str(call["cwd"]))
    os.environ.update(call["variables"])  # type: ignore[call-overload]
    sys.argv = ["zookit", *call["arguments"]]  # type: ignore[misc]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:  # noqa: BLE001 - as the interpreter would report it
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    (folder / "modules").write_text(" ".join(sys.modules))
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    _serve()
