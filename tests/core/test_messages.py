"""Texts of messages."""

from threading import Thread

import pytest

from zookit.core.messages import (
    at_command_line,
    counted,
    listed,
    option,
    warn_once,
    warnings_given_once,
    with_article,
)


def test_counts() -> None:
    texts = [counted(count, "epoch") for count in (0, 1, 2000)]
    assert texts == ["0 epochs", "1 epoch", "2,000 epochs"]


def test_of_many_items_the_first_ones_are_named() -> None:
    assert listed([], 2) == ""
    assert listed(["a", "b"], 2) == "a, b"
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"
    assert listed(["x"] * 5001, 1, "; ") == "x and 5,000 more"


def test_articles() -> None:
    nouns = [with_article(noun) for noun in ("data set", "optimizer", "augmentation", "loss")]
    assert nouns == ["a data set", "an optimizer", "an augmentation", "a loss"]


def test_options_are_named_as_the_reader_writes_them() -> None:
    assert option("--force", "force=True") == "force=True"
    with at_command_line():
        assert option("--force", "force=True") == "--force"
    assert option("--force", "force=True") == "force=True"


def test_a_warning_is_given_once_in_each_run(caplog: pytest.LogCaptureFixture) -> None:
    @warnings_given_once()
    def run() -> None:
        for text in ("one", "two", "one"):
            with warnings_given_once():  # a part of the run
                warn_once(text)

    run()
    run()
    assert caplog.messages == ["one", "two"] * 2
    caplog.clear()
    with warnings_given_once():
        warn_once("one")
        other = Thread(target=run)  # another run
        other.start()
        other.join()
    assert caplog.messages == ["one", "one", "two"]
    caplog.clear()
    warn_once("one")
    warn_once("one")
    assert caplog.messages == ["one", "one"]
