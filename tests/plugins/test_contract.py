"""What the contracts ask, of every component that is installed."""

import numpy as np
import pytest

from zookit.core import DatasetInfo
from zookit.modeling.model import build_model, compile_model
from zookit.modeling.optimizers import create_optimizer
from zookit.registry import architectures, datasets
from zookit.testing import contract_tests

test_contract = contract_tests("zookit")


@pytest.mark.parametrize("name", [name for name in datasets if datasets[name].load().sample])
def test_what_bundles_a_sample_says_how_large_the_full_set_is(name: str) -> None:
    info = datasets.build(name).component.info
    assert set(info.sizes) == {"train", "test"}


@pytest.mark.parametrize("classes", [2, 3])
def test_head_belongs_to_the_number_of_classes(classes: int) -> None:
    info = DatasetInfo((8, 8, 1), tuple("abc"[:classes]))
    architecture = architectures.build("dense:4").component
    model = build_model(info, architecture, normalize=True)
    compile_model(model, info, create_optimizer("adam")[0])
    images = np.zeros((5, 8, 8, 1), np.uint8)
    predicted = model.predict(images, verbose=0)
    assert predicted.shape == (5, 1 if classes == 2 else 3)
    logs = model.evaluate(images, np.arange(5) % classes, verbose=0, return_dict=True)
    right = (predicted[:, 0] > 0.5) if classes == 2 else predicted.argmax(-1)
    assert logs["accuracy"] == pytest.approx((right == np.arange(5) % classes).mean())
