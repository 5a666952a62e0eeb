"""Tools for authors of data sets: reading images, IDX files, archives and folders; splitting."""

from zookit.core.data.archive import unpack, unpacked
from zookit.core.data.cache import cache_folder
from zookit.core.data.checks import check_splits
from zookit.core.data.content import opened_content
from zookit.core.data.downloads import downloading, downloads_folder
from zookit.core.data.encoded_images import read_encoded_images
from zookit.core.data.folder_splits import split_folders, usual_split
from zookit.core.data.idx import read_idx, read_idx_splits
from zookit.core.data.image_folder import class_folders, read_class_folders
from zookit.core.data.images import read_image, shape_of_image
from zookit.core.data.scratch import empty_images
from zookit.core.data.split import concatenated, hold_out, subset
from zookit.core.data.writing import check_output, note_output, output_written, written_aside
from zookit.core.file_lock import lock_file
from zookit.core.progress import Progress, silent
from zookit.core.remote_file import RemoteFile
from zookit.core.source import Source, SplitName

__all__ = [
    "Progress",
    "RemoteFile",
    "Source",
    "SplitName",
    "cache_folder",
    "check_output",
    "check_splits",
    "class_folders",
    "concatenated",
    "downloading",
    "downloads_folder",
    "empty_images",
    "hold_out",
    "lock_file",
    "note_output",
    "opened_content",
    "output_written",
    "read_class_folders",
    "read_encoded_images",
    "read_idx",
    "read_idx_splits",
    "read_image",
    "shape_of_image",
    "silent",
    "split_folders",
    "subset",
    "unpack",
    "unpacked",
    "usual_split",
    "written_aside",
]
