"""Messages about the file of an experiment say what to write in it."""

import pytest

from zookit.core import BadExperiment, BadParameter, Experiment

MINIMAL = 'format = 2\ndataset.name = "mnist"\narchitecture.name = "dense"\n'
HEAD = 'format = 2\n[dataset]\nname = "mnist"\n[architecture]\nname = "dense"\n'


@pytest.mark.parametrize(
    ("text", "write"),
    [
        # One line is not TOML.
        ("format = 2\n[dataset]\nname = mnist\n", 'Write name = "mnist"'),
        (f"{HEAD}[settings]\nclass_weights = True\n", "Write class_weights = true"),
        ("format = 2\n[dataset]\nname = \u201cmnist\u201d\n", 'Write name = "mnist"'),
        ("format = 2\n[dataset]\nname: mnist\n", 'Write name = "mnist"'),
        (f'{HEAD}parameters.path = "C:\\photos"\n', "Write parameters.path = 'C:\\photos'"),
        (f"{HEAD}parameters.path = \\\\nas\\photos\n", "Write parameters.path = '\\\\nas\\photos'"),
        ('{"format": 2, "dataset": {"name": "mnist"}}', "TOML"),
        (MINIMAL.removeprefix("format = 2\n"), "Write format = 2"),
        # The shape is another one.
        (
            'format = 2\ndataset = "mnist"\n',
            'Write [dataset] on a line of its own, below it name = "',
        ),
        ('format = 2\ndataset.name = "mnist"\narchitecture = "dense:512"\n', "[architecture.param"),
        (f"{HEAD}units = 512\n", "below [architecture.parameters]"),
        (MINIMAL.replace("dense", "dense:512"), "'512' as KEY = VALUE below [architecture.param"),
        (f'{MINIMAL}callbacks = ["stop_at_loss:0.4"]\n', "[[callbacks]] on a line of its own"),
        (f'{MINIMAL}callbacks = "stop_at_loss"\n', 'below it name = "stop_at_loss"'),
        (f"{MINIMAL}epochs = 3\n", "below [settings]"),
        (f"{MINIMAL}learning_rate = 0.1\n", "below [optimizer.parameters]"),
        (f'{MINIMAL}settings.optimizer = "sgd"\n', "Write [optimizer] on a line of its own"),
        (f'{MINIMAL}optimizer = "sgd"\n', "Write [optimizer] on a line of its own"),
    ],
)
def test_the_message_ends_with_what_to_write(text: str, write: str) -> None:
    with pytest.raises((BadExperiment, BadParameter)) as raised:
        Experiment.from_toml(text)
    assert write in raised.value.advice
    assert str(raised.value).endswith(raised.value.advice)


@pytest.mark.parametrize("text", ["format = ", "a = [1,\n2", '= "x"', "\ufeff\ufeffformat = 2\n"])
def test_nothing_is_proposed_that_is_not_known_to_be_valid(text: str) -> None:
    with pytest.raises(BadExperiment) as raised:
        Experiment.from_toml(text)
    assert "Write" not in raised.value.advice
