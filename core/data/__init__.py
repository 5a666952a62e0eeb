"""The toolkit of a data set's author: sources, checks, the prepared cache, IDX, image folders."""

from zookit.core.data.archive import unpack, unpacked
from zookit.core.data.cache import cache_folder
from zookit.core.data.checks import check_splits
from zookit.core.data.idx import read_idx, read_idx_splits
from zookit.core.data.image_folder import class_folders, read_class_folders
from zookit.core.data.images import read_image
from zookit.core.data.kept import Kept, kept, remove
from zookit.core.data.prepared import Prepared, prepare
from zookit.core.data.progress import Progress, silent
from zookit.core.data.scratch import empty_images
from zookit.core.data.source import Source
from zookit.core.data.split import hold_out, subset
from zookit.core.remote_file import RemoteFile

__all__ = [
    "Kept",
    "Prepared",
    "Progress",
    "RemoteFile",
    "Source",
    "cache_folder",
    "check_splits",
    "class_folders",
    "empty_images",
    "hold_out",
    "kept",
    "prepare",
    "read_class_folders",
    "read_idx",
    "read_idx_splits",
    "read_image",
    "remove",
    "silent",
    "subset",
    "unpack",
    "unpacked",
]
