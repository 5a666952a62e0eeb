"""What a data set says about itself, which its author may have got wrong."""

from zookit.core import Dataset, DatasetInfo
from zookit.core.data.checks import check_info
from zookit.registry.blame import describe, plugins_blamed


def checked_info(dataset: Dataset) -> DatasetInfo:
    """Return a data set's info. Raises BrokenPlugin, which names the package, if it is not valid.

    What the data set itself raises stays as it is.
    """
    with plugins_blamed(dataset):
        info = dataset.info
        check_info(describe(dataset), info)
    return info
