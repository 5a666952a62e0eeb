"""`model_checkpoint` saves what Keras can load, where and when it should."""

from pathlib import Path

import keras
import numpy as np
import pytest
from callback_training import begun, built, logs_of, run_epochs, trained

from zookit.core import FolderError


@pytest.mark.parametrize("ending", [".keras", pytest.param(".weights.h5", marks=pytest.mark.slow)])
def test_each_epoch_of_a_run_is_saved(tmp_path: Path, messages: list[str], ending: str) -> None:
    pattern = tmp_path / "saved" / f"{{epoch:02d}}{ending}"
    run = trained(f"model_checkpoint:{pattern}", runs_dir=tmp_path, epochs=2)
    saved = sorted((tmp_path / "saved").iterdir())
    assert [each.name for each in saved] == [f"01{ending}", f"02{ending}"]
    lines = [line for line in messages if line.startswith("model_checkpoint: ")]
    assert all(f"to {path}." in line for path, line in zip(saved, lines, strict=True))
    images = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 1), np.uint8)
    model = run.model()
    expected = model.predict(images, verbose=0)
    if ending == ".keras":
        model = keras.saving.load_model(saved[-1])
    else:
        model.optimizer.build(model.trainable_variables)  # Keras loads its state too
        model.load_weights(saved[0])
        assert not np.array_equal(model.predict(images, verbose=0), expected)
        model.load_weights(saved[-1])
    np.testing.assert_allclose(model.predict(images, verbose=0), expected, rtol=1e-6)


def test_only_improvements_are_saved(tmp_path: Path) -> None:
    words = f"model_checkpoint:{tmp_path}/{{epoch}}.weights.h5,save_best_only=true"
    values = [0.5, 0.4, 0.41, 0.3]
    run_epochs(built(f"{words},initial_value_threshold=0.45"), values)
    assert {each.name for each in tmp_path.iterdir()} == {"2.weights.h5", "4.weights.h5"}


def test_a_resumed_run_knows_the_best_value(tmp_path: Path) -> None:
    words = f"model_checkpoint:{tmp_path}/{{epoch}}.weights.h5,save_best_only=true"
    values = [0.5, 0.4, 0.41, 0.3]
    first, second = built(words), built(words)
    begun(first).train(logs_of(values), until=2)
    for each in tmp_path.iterdir():
        each.unlink()
    begun(second, 2, first.get_state()).train(logs_of(values))
    assert [each.name for each in tmp_path.iterdir()] == ["4.weights.h5"]


@pytest.mark.parametrize("place", ["file/x.keras", "folder.keras", "/proc/x.keras"])
def test_a_path_that_cannot_be_written_is_refused_before_training(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder.keras").mkdir()
    with pytest.raises(FolderError, match=f"model_checkpoint: .*{place}"):
        begun(built(f"model_checkpoint:{tmp_path / place}"))


def test_an_epoch_without_a_file_claims_none(tmp_path: Path) -> None:
    """Somebody else's file at the path stays theirs, also for the next run."""
    path = tmp_path / "best.weights.h5"
    words = f"model_checkpoint:{path},save_best_only=true"
    first = built(words)
    begun(first).train(logs_of([0.5, 0.4]))
    path.write_text("mine")
    begun(built(words), 2, first.get_state()).train(logs_of([0.5, 0.4, 0.41]))
    assert path.read_text() == "mine"
    with pytest.raises(FolderError, match=r"best\.weights\.h5"):
        run_epochs(built(words), [0.5])
