"""Values of the wrong type from Python programs are errors of one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_runs import small_run

import zookit
from zookit.core import ZookitError

WRONG: tuple[Any, ...] = (
    None,
    3,
    0.5,
    True,
    b"latest",
    ["a", None],
    {"a": 1},
    object(),
    np.ones(3),
)

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "open_run": zookit.open_run,
    "open_run(runs_dir)": lambda wrong: zookit.open_run("latest", wrong),
    "open_run(instances)": lambda wrong: zookit.open_run(small_run(), instances=wrong),
    "list_runs": zookit.list_runs,
    "compare": zookit.compare,
    "resume": zookit.resume,
    "resume(listeners)": lambda wrong: zookit.resume(small_run(), listeners=wrong),
    "resume(runs_dir)": lambda wrong: zookit.resume("latest", runs_dir=wrong),
    "load_data": zookit.load_data,
    "load_data(data)": lambda wrong: zookit.load_data("mnist", wrong),
    "run(dataset)": lambda wrong: zookit.run(wrong, "dense"),
    "run(architecture)": lambda wrong: zookit.run("mnist", wrong),
    "run(callbacks)": lambda wrong: zookit.run("mnist", "dense", wrong),
    "run(listeners)": lambda wrong: zookit.run("mnist", "dense", listeners=wrong),
    "run(runs_dir)": lambda wrong: zookit.run("mnist", "dense", runs_dir=wrong),
    "run(optimizer)": lambda wrong: zookit.run("mnist", "dense", optimizer=wrong),
    "run(precision)": lambda wrong: zookit.run("mnist", "dense", precision=wrong),
    "Run.predict": lambda wrong: zookit.open_run(small_run()).predict(wrong),
    "Run.evaluate(data)": lambda wrong: zookit.open_run(small_run()).evaluate(data=wrong),
    "Run.resume(listeners)": lambda wrong: zookit.open_run(small_run()).resume(listeners=wrong),
    "Run.export": lambda wrong: zookit.open_run(small_run()).export(wrong),
    "Run.export(path)": lambda wrong: zookit.open_run(small_run()).export("keras", wrong),
    "Run.reproduce": lambda wrong: zookit.open_run(small_run()).reproduce(wrong),
    "Run.report": lambda wrong: zookit.open_run(small_run()).report(wrong),
}
OPTIONAL = (
    "Run.evaluate(data)",
    "Run.export(path)",
    "Run.reproduce",
    "Run.report",
    "run(optimizer)",
)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_wrong_types_are_errors_of_one_line(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_run()
    monkeypatch.chdir(tmp_path)
    for wrong in WRONG:
        if wrong is None and name in OPTIONAL:
            continue
        with pytest.raises(ZookitError) as error:
            FUNCTIONS[name](wrong)
        assert len(str(error.value).splitlines()) == 1
        assert len(str(error.value)) < 500
    assert not list(tmp_path.iterdir())


def test_any_path_is_a_path(tmp_path: Path) -> None:
    run = zookit.open_run(small_run())
    assert zookit.open_run(str(small_run())).name == run.name
    assert zookit.open_run(run.name[:-2], str(small_run().parent)).name == run.name
    assert len(zookit.list_runs(small_run().parent)) == 1
    assert run.report(str(tmp_path / "page.html")) == tmp_path / "page.html"
