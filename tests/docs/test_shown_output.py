"""The comparison of what a page shows with what comes out accepts small differences only."""

import pytest
from shown_output import check_shown

PRINTED = """\
data  mnist
epoch 1/2  loss 0.7645  accuracy 0.7433  1.5 s
epoch 2/2  loss 0.5214  accuracy 0.8197  0.1 s
test  loss 0.4929  accuracy 0.8350
saved in /home/me/runs/20261122-101500Z-755e2769
"""


@pytest.mark.parametrize(
    "shown",
    [
        PRINTED,
        PRINTED.replace("0.8350", "0.8550")
        .replace("1.5 s", "9.9 s")
        .replace("/home/me", "/home/you"),
        "data  mnist\n...\ntest  loss 0.4929  accuracy 0.8350\n...\n",
        "...\nsaved in there\n",
        "data ...\n...\n",
    ],
)
def test_it_accepts_what_may_differ(shown: str) -> None:
    check_shown(shown, PRINTED)


@pytest.mark.parametrize(
    "shown",
    [
        PRINTED.replace("mnist", "fashion_mnist"),
        PRINTED.replace("0.8350", "0.8700"),
        PRINTED.replace("data  mnist\n", ""),
        PRINTED.replace("saved", "more\nsaved"),
        "...\ntest  loss 0.4929  accuracy 0.8350\n",
        "...\ntest  loss 0.4929  precision 0.8350\n...\n",
        "test ...\n...\n",
        "",
    ],
)
def test_it_refuses_what_must_not(shown: str) -> None:
    with pytest.raises(AssertionError):
        check_shown(shown, PRINTED)
