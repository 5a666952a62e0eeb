"""`zookit completion`."""

from conftest import Command


def test_scripts_are_printed_for_each_shell(zookit: Command) -> None:
    for shell in ("bash", "zsh", "fish"):
        printed = zookit("completion", shell)
        assert printed.code == 0
        assert printed.out.startswith(("# Completion of zookit", "#compdef zookit\n"))
        assert f"zookit completion {shell}" in printed.out


def test_an_unknown_shell_gets_a_suggestion(zookit: Command) -> None:
    message = zookit("completion", "fihs").message()
    assert "'fihs'" in message
    assert "Did you mean 'fish'?" in message
    assert "bash, fish, zsh" in message
