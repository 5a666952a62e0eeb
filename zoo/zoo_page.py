"""Writes the pages of the documentation about the zoo from its entries."""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, stdev

from zoo_entries import ROOT, Entry

from zookit.core.messages import counted

PAGE = ROOT.parent / "docs" / "zoo.md"
REPRODUCED = ROOT.parent / "docs" / "zoo-reproduced.md"
_PUBLISHED = ROOT / "fashion_mnist_published.toml"
_FASHION = "Fashion-MNIST"
_DIGITS = 12
"""How many digits of a SHA-256 are shown; the files of the entries have all 64."""
_DATA = {
    "CIFAR-10, a fifth": "10,000 training and 2,000 test images of CIFAR-10, as 32 x 32 JPEG files "
    "in the folder `cifar-10`. They were encoded again, so the pixels differ slightly from the "
    "published ones. Accuracies are lower than with all 50,000 training images.",
    _FASHION: "60,000 training and 10,000 test images, 28 x 28, grey.",
    "Horses or Humans": "410 of the 1,027 training images and 71 others for testing, 300 x 300. "
    "All humans of the test images are one figure in almost identical views, so a difference of a "
    "few images says little. The validation images come from the same sequences as the training "
    "images, so most networks classify all of them correctly, and validation hardly chooses.",
    "MNIST": "60,000 training and 10,000 test images, 28 x 28, grey.",
}
_START = """# The zoo

Trained networks with their recipes. The file of an entry, in [`zoo/entries`](../zoo/entries), is an
experiment that `zookit run --from` trains, and what it reached. `python zoo/zoo.py page` writes
this page from these files; do not edit it.

- Every recipe holds out a tenth of the training images, of each class, for validation. The
  settings were chosen before the training, for at most twenty minutes on one core. No recipe was
  changed after its test accuracy was known. The **best** entry for each data set is the one with
  the highest validation accuracy.
- Accuracy is that on the test images, as mean and standard deviation over the seeds. Time is that
  of all epochs of one seed, on one thread, while another one trains on the second core. It is
  rough, because other programs ran as well. Size is that of the weights.
- The weights are those of the first seed: the start of the SHA-256 of `weights.safetensors`. On
  the same processor and with the same versions, the recipe gives
  [the same bits again](zoo-reproduced.md).

To train a recipe yourself, with the folder of the data sets in `ZOOKIT_DATA_DIR`:

```sh
zookit run --from zoo/entries/mnist_cnn.toml
```

Recipes that read a folder of images name it by its path within `ZOOKIT_DATA_DIR`. Start them
there:

```sh
here="$PWD"
cd "$ZOOKIT_DATA_DIR"
zookit run --from "$here/zoo/entries/cifar10_lenet5.toml" --runs-dir "$here/runs"
```

To train every seed that has no result yet, two at a time:

```sh
python zoo/zoo.py train
```

`check` trains recipes again and compares the weights, `package` writes a wheel for each entry.
[Model packages](model-packages.md) says how to use and publish them.
"""
_REPRODUCED_START = """# The zoo, reproduced

Each line is a recipe of [the zoo](zoo.md) that was trained again from its file alone, in a new
folder, and whether the weights are the same to the last bit. `python zoo/zoo.py check` trains them
and `python zoo/zoo.py page` writes this page; do not edit it.
"""


def write_pages(entries: Sequence[Entry]) -> None:
    """Write both pages."""
    PAGE.write_text(page(entries), encoding="utf-8")
    REPRODUCED.write_text(reproduced(entries), encoding="utf-8")


def page(entries: Sequence[Entry]) -> str:
    """Return the page of the zoo, as Markdown."""
    blocks = [_START.rstrip("\n")]
    for data in dict.fromkeys(each.notes.data for each in entries):
        own = [each for each in entries if each.notes.data == data]
        blocks += [f"## {data}", _DATA.get(data, ""), "\n".join(_table(own))]
        if data == _FASHION:
            blocks += ["\n".join(_beside_published(own))]
    compared = [each for each in entries if each.notes.published]
    if compared:
        blocks += ["## Published figures", "\n".join(_compared(compared))]
    blocks += ["## Versions and hardware", "\n".join(_origins(entries))]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _table(entries: Sequence[Entry]) -> Iterator[str]:
    best = best_of(entries)
    yield (
        "| entry | architecture | epochs | parameters | test accuracy | validation | seconds "
        "| size | weights |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    for each in entries:
        origin, results = each.notes.origin, each.notes.results
        name = f"[{each.name}](../zoo/entries/{each.name}.toml)"
        cells = [
            f"**{name}**, best" if each is best else name,
            f"`{each.experiment.architecture.words}`",
            str(each.experiment.settings.epochs),
        ]
        if origin is None:
            cells += ["", "not trained yet", "", "", "", ""]
        else:
            cells += [
                f"{origin.parameters:,}",
                spread([result.accuracy for result in results]),
                spread([result.val_accuracy for result in results if result.val_accuracy]),
                f"{mean(result.seconds for result in results):.0f}",
                f"{origin.size / 1000:,.0f} kB",
                f"`{results[0].weights[:_DIGITS]}`",
            ]
        yield f"| {' | '.join(cells)} |"


def best_of(entries: Sequence[Entry]) -> Entry | None:
    """Return the entry with the highest mean accuracy on the validation images, if any.

    Of equal ones, the one with the fewest parameters.
    """

    def key(entry: Entry) -> tuple[float, int]:
        values = [each.val_accuracy for each in entry.notes.results if each.val_accuracy]
        parameters = entry.notes.origin.parameters if entry.notes.origin else 0
        return (mean(values) if values else 0.0, -parameters)

    return max((each for each in entries if each.notes.results), key=key, default=None)


def spread(values: Sequence[float]) -> str:
    """Return the mean and, of several values, the standard deviation."""
    if not values:
        return ""
    number = f"{mean(values):.4f}"
    return number if len(values) == 1 else f"{number} ± {stdev(values):.4f}"


def _beside_published(entries: Sequence[Entry]) -> Iterator[str]:
    found = tomllib.loads(_PUBLISHED.read_text(encoding="utf-8"))
    yield f"Compared with {found['source']}; times are those of one core:"
    yield ""
    yield "| network | preparation | test accuracy |"
    yield "|---|---|---|"
    rows = [(row["accuracy"], row["network"], row["preparation"]) for row in found["rows"]]
    for each in entries:
        if each.notes.results:
            reached = mean(result.accuracy for result in each.notes.results)
            augmented = ", ".join(spec.words for spec in each.experiment.augmentations)
            rows.append((reached, f"**{each.name}**, ours{_effort(each)}", augmented or "none"))
    for accuracy, name, preparation in sorted(rows, reverse=True):
        yield f"| {name} | {preparation} | {accuracy:.3f} |"


def _effort(entry: Entry) -> str:
    """Return what the training of an entry took, to follow its name."""
    parameters = entry.notes.origin.parameters if entry.notes.origin else 0
    minutes = mean(each.seconds for each in entry.notes.results) / 60
    epochs = entry.experiment.settings.epochs
    time = counted(round(minutes), "minute")
    return f", {parameters / 1000:,.0f}K parameters, {epochs} epochs, {time}"


def _compared(entries: Sequence[Entry]) -> Iterator[str]:
    yield "| entry | ours | published | source | differences |"
    yield "|---|---|---|---|---|"
    for each in entries:
        published = each.notes.published
        assert published
        ours = spread([result.accuracy for result in each.notes.results]) or "not trained yet"
        cells = (each.name, ours, f"{published.accuracy:.4f}", published.source, published.differs)
        yield f"| {' | '.join(cells)} |"


def _origins(entries: Sequence[Entry]) -> Iterator[str]:
    by_origin: dict[tuple[str, ...], list[str]] = {}
    for each in entries:
        if (made := each.notes.origin) is not None:
            key = (
                made.processor,
                made.python,
                made.tensorflow,
                made.keras,
                made.numpy,
                made.zookit,
            )
            by_origin.setdefault(key, []).append(each.name)
    if not by_origin:
        yield "No entry has results yet."
        return
    yield "| processor | Python | TensorFlow | Keras | NumPy | zookit | entries |"
    yield "|---|---|---|---|---|---|---|"
    for made_with, names in by_origin.items():
        yield f"| {' | '.join(made_with)} | {', '.join(names)} |"


def reproduced(entries: Sequence[Entry]) -> str:
    """Return the page of the repetitions, as Markdown."""
    done = [each for each in entries if each.notes.repetition]
    blocks = [_REPRODUCED_START.rstrip("\n")]
    same = sum(is_same(each) for each in done)
    blocks += [f"{same} of {len(done)} are the same; the zoo has {len(entries)} entries."]
    if done:
        blocks += ["\n".join(_repetitions(done))]
    return "\n\n".join(blocks) + "\n"


def is_same(entry: Entry) -> bool:
    """Whether the repetition of an entry gave the weights that are recorded."""
    again = entry.notes.repetition
    result = None if again is None else entry.result(again.seed)
    return again is not None and result is not None and again.weights == result.weights


def _repetitions(entries: Sequence[Entry]) -> Iterator[str]:
    yield "| entry | seed | weights | weights again | same | test accuracy again | date | with |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in entries:
        again = each.notes.repetition
        assert again
        result = each.result(again.seed)
        cells = (
            each.name,
            str(again.seed),
            f"`{result.weights[:_DIGITS]}`" if result else "",
            f"`{again.weights[:_DIGITS]}`",
            "yes" if is_same(each) else "**no**",
            f"{again.accuracy:.4f}",
            again.date,
            again.versions,
        )
        yield f"| {' | '.join(cells)} |"


def pages_differ(entries: Sequence[Entry], folder: Path = PAGE.parent) -> list[str]:
    """Return the names of the pages in a folder that are not those of the entries."""
    wanted = {PAGE.name: page(entries), REPRODUCED.name: reproduced(entries)}
    return [
        name
        for name, text in wanted.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]
