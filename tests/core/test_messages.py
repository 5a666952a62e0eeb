"""Texts of messages."""

from zookit.core.messages import counted


def test_counts() -> None:
    texts = [counted(count, "epoch") for count in (0, 1, 2000)]
    assert texts == ["0 epochs", "1 epoch", "2,000 epochs"]
