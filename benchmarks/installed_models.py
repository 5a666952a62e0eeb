"""What installed models cost: listing many of them, and using one instead of a run.

    python benchmarks/installed_models.py listing
    python benchmarks/installed_models.py using

`listing`: `zookit list`, `zookit list models` and completion, with none and with N model packages.
The METADATA of each has a card of 8 KB.

`using`: `zookit report`, and `zookit predict` for one image, with the folder of a run and with the
same run as an installed model. It is trained for one epoch on the bundled sample of MNIST.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from made_models import make_metadata, make_model
from measuring import CPU, MEMORY, WALL, ZOOKIT, Column, Command, Side, compare, parser

_CARD = "A line of the card of a model, as people read it.\n" * 160
_LISTING: dict[str, tuple[list[str], dict[str, str]]] = {
    "zookit list": (["list"], {}),
    "zookit list models": (["list", "models"], {}),
    "completion of zookit predict made": (
        [],
        {
            "_ZOOKIT_COMPLETE": "complete_bash",
            "COMP_WORDS": "zookit predict made",
            "COMP_CWORD": "2",
        },
    ),
}


def main() -> None:
    """Create the models and compare."""
    asked = parser(__doc__, rounds=7)
    asked.add_argument("what", choices=["listing", "using"])
    asked.add_argument("--models", type=int, default=200, metavar="N", help="[%(default)s]")
    options = asked.parse_args()
    columns = [Column(each.title, each.value, 3, ratio=True) for each in (WALL, CPU)]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sides = _listing(work, options) if options.what == "listing" else _using(work)
        compare(sides, [*columns, MEMORY], options)


def _listing(work: Path, options: argparse.Namespace) -> list[Side]:
    sides = []
    for count in (0, options.models):
        site = work / str(count)
        site.mkdir()
        for at in range(count):
            line = f"made_{at} = zookit_made_{at}"
            make_metadata(site, f"zookit-made-{at}", "1.0", line, text=_CARD)
        sides += [
            _side(f"{name}, {count} models", site, words, **variables)
            for name, (words, variables) in _LISTING.items()
        ]
    return sides


def _using(work: Path) -> list[Side]:
    site, image = work / "site", str(work / "digit.png")
    site.mkdir()
    train = [ZOOKIT, "run", "mnist", "dense", "--data", "sample", "--epochs", "1", "--json"]
    trained = subprocess.run(
        [*train, "--runs-dir", str(work / "runs")], capture_output=True, text=True, check=True
    )
    run = Path(json.loads(trained.stdout)["folder"])
    make_model(site, run, "zookit-made", "made")
    draw = "import sys; from PIL import Image; Image.new('L', (28, 28)).save(sys.argv[1])"
    subprocess.run([sys.executable, "-c", draw, image], check=True)
    report = str(work / "report.html")
    commands = {
        "report": ["report", "{}", "--output", report],
        "predict": ["predict", "{}", image],
    }
    return [
        _side(f"{name} {kind}", site, [each.format(named) for each in words])
        for name, words in commands.items()
        for kind, named in (("run", str(run)), ("model", "made"))
    ]


def _side(name: str, site: Path, words: list[str], **variables: str) -> Side:
    command = Command([ZOOKIT, *words], {**variables, "PYTHONPATH": str(site)})
    return Side(name, lambda _: command)


if __name__ == "__main__":
    main()
