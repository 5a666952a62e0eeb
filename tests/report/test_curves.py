"""Curves and their text alternative."""

from dataclasses import replace

from zookit.report.curves import MOST, Logged, alternative, draw_curves

ONE = Logged("", [0.5, 0.25, 0.3], [0.6, 0.4, 0.45], 0.35)


def test_the_text_names_first_last_and_best_values() -> None:
    text = alternative("loss", [ONE])
    for fact in (
        "training: 3 epochs, first 0.5000, last 0.3000, lowest 0.2500 in epoch 2",
        "validation: 3 epochs",
        "test: 0.3500",
    ):
        assert fact in text
    higher = replace(ONE, higher_is_better=True)
    assert "highest 0.5000 in epoch 1" in alternative("accuracy", [higher])


def test_several_runs_are_told_apart_by_colour_marker_and_name() -> None:
    runs = [Logged(f"run-{at}", [1.0, 0.5], [], None) for at in range(MOST)]
    drawing = str(draw_curves("a", "loss", runs))
    for at in range(MOST):
        assert f"run-{at}" in drawing
        assert f"var(--series-{at + 1})" in drawing
    # There is no validation, so the legend has no entry for it.
    assert ">validation<" not in drawing
    assert ">validation<" in str(draw_curves("a", "loss", [ONE]))
