"""Texts of messages."""

from zookit.core.messages import at_command_line, counted, option


def test_counts() -> None:
    texts = [counted(count, "epoch") for count in (0, 1, 2000)]
    assert texts == ["0 epochs", "1 epoch", "2,000 epochs"]


def test_options_are_named_as_the_reader_writes_them() -> None:
    assert option("--force", "force=True") == "force=True"
    with at_command_line():
        assert option("--force", "force=True") == "--force"
    assert option("--force", "force=True") == "force=True"
