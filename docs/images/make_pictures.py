"""Makes the pictures of the documentation and docs/course/full-data.md, from runs on full data.

    python docs/images/make_pictures.py               # all pictures and the page
    python docs/images/make_pictures.py 04 full-data  # what begins so

It needs the full data sets (`zookit data fetch`, or a folder of them in ZOOKIT_DATA_DIR), the
packages of `zookit[test]`, and the programs chromium and chromedriver. What the folder of `--runs`
has is not trained again.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import mean

from picture_studio import Picture, Studio, beside, save, stacked
from PIL import Image

import zookit

HERE = Path(__file__).parent
PAGE = HERE.parent / "course" / "full-data.md"

FASHION = "zookit run fashion_mnist"
PAPER = (
    "zookit run image_folder:path=paper,size=28,grey=true,split=0.8 "
    "cnn:filters=16+32,units=32,dropout=0.25 --epochs 10"
)
TRAININGS = {
    "dense-128": (2, f"{FASHION} dense --epochs 5 --data full"),
    "digits": (3, "zookit run mnist dense --data full"),
    "dense-512-256": (7, f"{FASHION} dense:512+256 --data full"),
    "thirty-epochs": (8, f"{FASHION} dense --epochs 30 --validation 0.1 --data full"),
    "early-stopping": (
        8,
        (
            f"{FASHION} dense early_stopping:3,restore_best_weights=true --epochs 30 "
            "--validation 0.1 --data full"
        ),
    ),
    "raw-pixels": (9, f"{FASHION} dense --no-normalize --data full"),
    "loss-0.4": (10, f"{FASHION} dense stop_at_loss:0.4 --epochs 30 --data full"),
    "accuracy-0.9": (10, f"{FASHION} dense stop_at_accuracy:0.9 --epochs 30 --data full"),
    "digits-0.95": (10, "zookit run mnist dense:320 stop_at_accuracy:0.95 --epochs 30 --data full"),
    "digits-0.99": (10, "zookit run mnist dense:320 stop_at_accuracy:0.99 --epochs 30 --data full"),
    "convolutions": (11, f"{FASHION} cnn --data full"),
    "horses": (
        12,
        (
            "zookit run horse_or_human cnn:dropout=0.3 --augment flip+zoom+translation "
            "--batch-size 16 --learning-rate 0.0005 --epochs 20 --data full"
        ),
    ),
    "from-nothing": (14, PAPER),
    "from-mnist-cnn": (14, f"{PAPER} --init mnist_cnn"),
    "my-net": (15, f"{FASHION} ./net.py:MyNet --data full"),
    "ten-epochs": (0, f"{FASHION} dense --epochs 10 --validation 0.1 --data full"),
}
"""The step of the course and the command of each run. Step 0 is the page of the whole site."""
SWEEPS = {
    "neurons": (
        4,
        (
            "zookit sweep -d fashion_mnist -a dense:128 -a dense:512 -a dense:1024 --seeds 3 "
            "--data full"
        ),
    ),
    "sweep": (
        13,
        (
            "zookit sweep -d mnist -d fashion_mnist -a dense -a dense:512+256 -a cnn:filters=16+32 "
            "--epochs 3 --data full"
        ),
    ),
}
RATES = {
    9: (
        "zookit find-rate fashion_mnist dense --data full --plot divided.png",
        "zookit find-rate fashion_mnist dense --no-normalize --data full --plot raw.png",
    )
}

FOUR = ([(0.45, 0.15), (0.27, 0.58), (0.74, 0.58)], [(0.62, 0.3), (0.6, 0.86)])
"""A drawing: two strokes, in parts of the paper's width and height."""
CURVES = ".side-by-side:has(svg)"
ACCURACY = f"{CURVES} figure:last-child"


def ankle_boot(studio: Studio, command: str) -> Picture:
    """The first training image, and numbers of a part of it, as they are and divided by 255."""
    rows = [list(map(int, line.split())) for line in studio.printed(command).splitlines()[1:]]
    across, down, size = 14, 3, 6
    pixels = "".join(f"<i style='--grey: {number}'></i>" for row in rows for number in row)
    cells = "".join(
        f"<i style='--grey: {number}; color: {'black' if number > 110 else 'white'}'>"
        f"{number}<small>{number / 255:.2f}</small></i>"
        for row in rows[down : down + size]
        for number in row[across : across + size]
    )
    file = studio.folder / "boot.html"
    file.write_text(
        f"""<!DOCTYPE html><meta charset="utf-8"><style>
        body {{ margin: 0; background: #f6f7f8; font: 14px/1.15 "DejaVu Sans", sans-serif; }}
        main {{ display: flex; gap: 10px; padding: 10px; width: 478px; box-sizing: border-box; }}
        div {{ display: grid; position: relative; grid-template-columns: repeat(28, 8px); }}
        div {{ grid-auto-rows: 8px; }}
        div + div {{ grid-template-columns: repeat({size}, 37px); grid-auto-rows: 37px; }}
        i {{ background: rgb(var(--grey), var(--grey), var(--grey)); font-style: normal; }}
        div + div i {{ display: grid; place-content: center; text-align: center; }}
        small {{ font-size: 11px; }}
        b {{ position: absolute; outline: 2px solid #ff8c1a; }}
        </style><main><div>{pixels}<b style="left: {8 * across}px; top: {8 * down}px;
        width: {8 * size}px; height: {8 * size}px"></b></div><div>{cells}</div></main>""",
        encoding="utf-8",
    )
    studio.open(file)
    return studio.shot("main")


def curves(studio: Studio, command: str) -> Picture:
    """The curves of loss and accuracy in a report."""
    studio.report(command)
    return studio.shot(CURVES)


def accuracy(studio: Studio, command: str) -> Picture:
    """The curves of accuracy in a report."""
    studio.report(command)
    return studio.shot(ACCURACY)


def ten_numbers(studio: Studio, command: str) -> Picture:
    """The answers about a garment, and about a digit."""
    cards = []
    with studio.served(command, width=590):
        for run, dataset, at in (("dense-128", "fashion_mnist", 0), ("digits", "mnist", 34)):
            file = studio.folder / f"{dataset}-{at}.png"
            images = zookit.load_data(dataset, "full").splits.test.images
            Image.fromarray(images[at, ..., 0]).save(file)
            studio.choose(file)
            cards.append(studio.shot(f"[data-model={run}]"))
    return beside(cards)


def more_neurons(studio: Studio, command: str) -> Picture:
    """The leaderboard of a sweep, with the columns that differ."""
    studio.sweep(command, "neurons")
    studio.open(studio.folder / "neurons.html")
    studio.only_columns("units", "training accuracy", "test accuracy", "seconds")
    return studio.shot(".scroll:has(table)")


def learning_rates(studio: Studio, *commands: str) -> Picture:
    """The losses at increasing learning rates, with and without dividing."""
    for command in commands:
        studio.rates(command)
    return stacked([Image.open(studio.folder / each.split()[-1]) for each in commands], 720)


def whole_report(studio: Studio, command: str) -> Picture:
    """A report, down to the end of the curves."""
    studio.report(command, width=900, scale=1)
    return studio.shot("main > header", "section:nth-of-type(2)")


def drawn_digit(studio: Studio, command: str) -> Picture:
    """The page with a drawing."""
    with studio.served(command, width=900, scale=1):
        studio.draw(FOUR)
        studio.click("explain")
        studio.wait_for_answers()
        return studio.shot(".workbench")


def photo(studio: Studio, command: str) -> Picture:
    """The answer about a picture that is not from the training, and where the model looked."""
    test = zookit.load_data("horse_or_human", "full").splits.test
    file = studio.folder / "photo.png"
    Image.fromarray(test.images[-1]).save(file)
    with studio.served(command, width=480):
        studio.choose(file)
        studio.click("explain")
        studio.wait_for_answers()
        return studio.shot("[data-model=horses]")


def sweep_report(studio: Studio, command: str) -> Picture:
    """The head of the report on a sweep, and its heat map."""
    studio.sweep(command, "sweep")
    studio.open(studio.folder / "sweep.html", width=560, scale=1.25)
    return stacked([studio.shot("main > header"), studio.shot(".maps")], 700)


def drawn(studio: Studio, command: str) -> Picture:
    """The picture that the command draws."""
    return studio.drawn(command)


PICTURES: dict[str, tuple[Callable[..., Picture], tuple[str, ...]]] = {
    "01-ankle-boot": (
        ankle_boot,
        ("zookit show fashion_mnist --image 0 --values --data full",),
    ),
    "02-five-epochs": (curves, ("zookit report dense-128",)),
    "03-ten-numbers": (ten_numbers, ("zookit serve dense-128 digits",)),
    "04-more-neurons": (more_neurons, (SWEEPS["neurons"][1],)),
    "07-one-more-layer": (accuracy, ("zookit report dense-128 dense-512-256",)),
    "08-longer-training": (curves, ("zookit report thirty-epochs",)),
    "09-learning-rates": (learning_rates, RATES[9]),
    "10-good-enough": (accuracy, ("zookit report digits-0.99",)),
    "11-filters": (drawn, ("zookit show convolutions --features --image 0 --sheet filters.png",)),
    "12-horse-or-human": (photo, ("zookit serve horses",)),
    "13-one-report": (sweep_report, (SWEEPS["sweep"][1],)),
    "14-trained-start": (accuracy, ("zookit report from-nothing from-mnist-cnn",)),
    "15-two-windows": (
        drawn,
        ("zookit --plugin net.py show my-net --features --image 0 --sheet windows.png",),
    ),
    "report": (whole_report, ("zookit report ten-epochs",)),
    "page": (drawn_digit, ("zookit serve mnist_cnn fashion_mnist_cnn",)),
    "where": (drawn, ("zookit predict fashion_mnist_cnn --image 0 --explain where.png",)),
    "features": (
        drawn,
        ("zookit show fashion_mnist_cnn --features --image 0 --sheet features.png",),
    ),
}
"""What takes each picture, and the commands that it shows."""

START = """# Full data

The pages of the course train on the samples that come with zookit. Here are their commands on the
full data sets, and what they reached on 2 CPU cores without a GPU. On other machines, the last
digits differ.

Two steps are exceptions, and have `local` data: step 12 uses a part of Horses or Humans, and step
14 the pictures that its script writes.

`python docs/images/make_pictures.py` ran these commands, made the pictures of the documentation,
and wrote this page; do not edit it. `zookit data fetch fashion_mnist` downloads a data set."""

SEVERAL_SEEDS = """\
Each number is the mean over the seeds; after ± stands the standard deviation.
Seconds are those of all epochs, with other programs on the machine."""
ABOUT_PICTURES = """\
The names in these commands are those of the runs above. A run gets such a name if you rename its
folder in `runs`. Steps 14 and 15 also need `paper` and `net.py`: the scripts are on their pages."""


def page(studio: Studio) -> str:
    """Return the page of full data, as Markdown."""
    columns = ("data", "epochs", "training accuracy", "test accuracy")
    blocks = [START, "## Runs"]
    rows = [
        (str(step or "[home](../index.md)"), name, f"`{command}`", *reached([studio.run(name)]))
        for name, (step, command) in TRAININGS.items()
    ]
    blocks.append(table(("step", "run", "command", *columns), rows))
    for name, (step, command) in SWEEPS.items():
        blocks += [f"## The sweep of step {step}", f"`{command}`"]
        rows = []
        for row in studio.sweep(command, name):
            runs = [zookit.open_run(studio.folder / name / each) for each in row["runs"].split()]
            what = " ".join(filter(None, (row["dataset"], row["architecture"], row["callbacks"])))
            cells = (f"`{what}`", str(len(runs)), *reached(runs))
            if len(runs) > 1:
                spread = f"{float(row['test_accuracy_spread']):.4f}"
                seconds = f"{mean(sum(each.seconds) for each in runs):.0f}"
                cells = (*cells[:-1], f"{cells[-1]} ± {spread}", seconds)
            rows.append(cells)
        several = any(int(row[1]) > 1 for row in rows)
        headings = (*columns, "seconds") if several else columns
        blocks.append(table(("combination", "seeds", *headings), rows))
        if several:
            blocks.append(SEVERAL_SEEDS)
    blocks += ["## Learning rates"]
    rows = []
    for step, commands in RATES.items():
        for command in commands:
            found = studio.rates(command)
            rate, loss = found["suggestion"], min(found["smoothed"])
            suggested = "none" if rate is None else f"{rate:g}"
            rows.append((str(step), f"`{command}`", suggested, f"{loss:.2f}"))
    blocks.append(table(("step", "command", "suggested rate", "lowest smoothed loss"), rows))
    blocks += ["## Pictures", ABOUT_PICTURES]
    rows = [
        (f"[{name}](../images/{name}.png)", "<br>".join(f"`{each}`" for each in commands))
        for name, (_, commands) in PICTURES.items()
    ]
    blocks.append(table(("picture", "command"), rows))
    return "\n\n".join(blocks) + "\n"


def reached(runs: Iterable[zookit.Run]) -> tuple[str, ...]:
    """Return the cells of runs that differ only in the seed."""
    runs = list(runs)
    data = runs[0].environment.data
    return (
        f"{data.origin}: {', '.join(f'{size:,} {split}' for split, size in data.sizes.items())}",
        f"{mean(len(each.seconds) for each in runs):.0f}",
        f"{mean(each.history['accuracy'][-1] for each in runs):.4f}",
        f"{mean(each.metrics['accuracy'] for each in runs):.4f}",
    )


def table(headings: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [tuple(headings), *rows]
    lines.insert(1, tuple("---" for _ in lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def main() -> None:
    """Make what the arguments name."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documentation.")
    parser.add_argument("begins", nargs="*", help="how the names begin; all if not given")
    parser.add_argument("--runs", type=Path, default=Path(tempfile.gettempdir(), "zookit-pictures"))
    arguments = parser.parse_args()
    begins = tuple(arguments.begins) or ("",)
    studio = Studio(arguments.runs, {name: command for name, (_, command) in TRAININGS.items()})
    studio.write_scripts(PAGE.parent)
    try:
        for name, (take, commands) in PICTURES.items():
            if name.startswith(begins):
                save(take(studio, *commands), HERE / f"{name}.png")
        if PAGE.stem.startswith(begins):
            PAGE.write_text(page(studio), encoding="utf-8")
    finally:
        studio.close()


if __name__ == "__main__":
    main()
