"""Which checks there are."""

from wrong_plugins import KINDS, entries

from zookit.testing import checks_for, targets

OF_ALL_COMPONENTS = {
    "loads",
    "is fit to show",
    "is known without tensorflow",
    "parameters make the round trip",
}


def test_a_wrong_plugin_exists_for_every_check() -> None:
    shown = {
        (KINDS[module], check)
        for module in KINDS
        for _, checks in entries(module).values()
        for check in checks
    }
    for words in ("mnist", "dense", "stop_at_loss", "tensorboard"):
        for target in targets(words):
            for check in checks_for(target):
                assert check.contract
                if check.name in OF_ALL_COMPONENTS:  # one kind is enough
                    assert check.name in {name for _, name in shown}
                else:
                    assert (target.entry.kind.plural, check.name) in shown
    assert ("commands", "helps") in shown
