"""A Keras model that checks images before it computes."""

import copy
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import keras
import tensorflow as tf
from keras.src.models.functional import Functional  # Keras has no public name for it

from zookit.core import BadParameter
from zookit.modeling.pixels import as_pixels, check_shape, check_type, warn_if_dim

_IMAGES = ("x", "validation_data")
"""The arguments of Keras's methods that contain images."""


def checked(model: keras.Model) -> keras.Model:
    """Return the model, whose methods from now on check that images are raw pixels.

    The checks come before tracing, so the graph has none; neither has a saved or exported model.
    """
    model.__class__ = _CheckedModel
    return model


def _checking(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of Keras's models that checks the images among its arguments first."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def checking(self: "_CheckedModel", *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(self, *args, **kwargs)
        refused: list[Exception] = []
        for name in _IMAGES:
            if bound.arguments.get(name) is not None:
                given = bound.arguments[name]
                _check_not_empty(given)
                bound.arguments[name] = self._checked_data(given, refused, pair=name != "x")
        try:
            return method(*bound.args, **bound.kwargs)
        except tf.errors.OpError:
            if refused:  # inside a tf.data pipeline, which reports it as an error of TensorFlow
                raise refused[0] from None
            raise

    return checking


def _check_not_empty(given: Any) -> None:
    """Raise BadParameter for no images at all; Keras would fail without saying so."""
    if isinstance(given, tf.data.Dataset):
        empty = int(given.cardinality()) == 0
    elif isinstance(given, keras.utils.PyDataset | Iterator):
        empty = False
    else:
        seen: list[Any] = []
        _first(given, seen.append)
        shape: Any = getattr(seen[0], "shape", ())
        empty = len(shape) > 0 and shape[0] == 0
    if empty:
        raise BadParameter("images are empty: there are 0 of them, expected at least one.")


class _CheckedModel(Functional):
    """A functional model that refuses images which are not raw pixels.

    It shares name and module with Keras's own class, which Keras writes into files and pickles:
    they load as a plain model, without zookit.
    """

    fit = _checking(keras.Model.fit)
    evaluate = _checking(keras.Model.evaluate)
    predict = _checking(keras.Model.predict)
    train_on_batch = _checking(keras.Model.train_on_batch)
    test_on_batch = _checking(keras.Model.test_on_batch)
    predict_on_batch = _checking(keras.Model.predict_on_batch)

    def __call__(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        # Keras's layers for preprocessing would make it True, for the layers after them too.
        if not args and kwargs.get("training") is None:
            kwargs["training"] = False
        return super().__call__(_inner(inputs, self._tensor), *args, **kwargs)

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """Compute the probabilities of images."""
        return super().call(_inner(inputs, self._tensor), *args, **kwargs)

    def __reduce__(self) -> Any:
        make, arguments = super().__reduce__()
        return getattr(keras.Model, make.__name__), arguments

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        make, arguments = self.__reduce__()
        return checked(make(*copy.deepcopy(arguments, memo)))

    @property
    def _image_shape(self) -> tuple[int, ...]:
        return tuple(self.input_shape[1:])

    def _batch(self, images: Any) -> Any:
        return as_pixels(images, self._image_shape)

    def _array(self, images: Any) -> Any:
        pixels = as_pixels(images, self._image_shape)
        warn_if_dim(pixels)
        return pixels

    def _tensor(self, images: Any) -> Any:
        """Check what a call receives, which may be a placeholder without values."""
        placeholder = isinstance(images, keras.KerasTensor) or tf.is_symbolic_tensor(images)
        if not placeholder and not (tf.is_tensor(images) and images.dtype == tf.uint8):
            return self._array(images)
        check_type(keras.backend.standardize_dtype(images.dtype))
        if getattr(images.shape, "rank", 0) is not None:
            check_shape(tuple(images.shape), self._image_shape)
        return images

    def _checked_data(self, data: Any, refused: list[Exception], *, pair: bool) -> Any:
        """Return what a method of Keras got as images, with the checks in it or done.

        With `pair`, an array comes with its labels in a tuple. An error in a tf.data pipeline is
        added to `refused`.
        """
        if isinstance(data, tf.data.Dataset):
            return self._checked_dataset(data, refused)
        if isinstance(data, keras.utils.PyDataset):
            return (
                data
                if isinstance(data, _CheckedBatches)
                else _CheckedBatches(data, self._image_shape)
            )
        if isinstance(data, Iterator):
            return (_first(batch, self._batch) for batch in data)
        if pair:
            return _first(data, self._array)
        return _inner(data, self._array)

    def _checked_dataset(self, data: Any, refused: list[Exception]) -> Any:
        seen: list[Any] = []
        _first(data.element_spec, seen.append)
        spec = seen[0]
        if not hasattr(spec, "dtype"):  # several tensors, such as a dictionary of image and label
            self._batch(spec)
        if spec.dtype == tf.uint8 and spec.shape.rank is not None:
            check_shape(tuple(spec.shape), self._image_shape)
            if spec.shape.rank > len(self._image_shape):
                return data  # fast as it was

        def pixels(images: Any) -> Any:
            try:
                return self._batch(images)
            except Exception as error:
                refused.append(error)
                raise

        def convert(images: Any) -> Any:
            made = tf.numpy_function(pixels, [images], tf.uint8)
            made.set_shape((None, *self._image_shape))
            return made

        return data.map(lambda *batch: _first(batch if len(batch) > 1 else batch[0], convert))


class _CheckedBatches(keras.utils.PyDataset):
    """The batches of a PyDataset, checked."""

    def __init__(self, data: Any, shape: tuple[int, ...]) -> None:
        super().__init__(data.workers, data.use_multiprocessing, data.max_queue_size)
        self._data, self._shape = data, shape

    def __len__(self) -> int:
        return len(self._data)

    @property
    def num_batches(self) -> Any:
        """The number of batches, None if they never end."""
        return self._data.num_batches

    def __getitem__(self, index: int) -> Any:
        return _first(self._data[index], lambda images: as_pixels(images, self._shape))

    def on_epoch_begin(self) -> None:
        """Pass it on."""
        self._data.on_epoch_begin()

    def on_epoch_end(self) -> None:
        """Pass it on."""
        self._data.on_epoch_end()


def _first(batch: Any, convert: Callable[[Any], Any]) -> Any:
    """Convert the images of a batch, which may come with labels and weights."""
    if isinstance(batch, tuple):
        return (_inner(batch[0], convert), *batch[1:])
    if isinstance(batch, list) and len(batch) in (2, 3):
        return [_inner(batch[0], convert), *batch[1:]]
    return _inner(batch, convert)


def _inner(images: Any, convert: Callable[[Any], Any]) -> Any:
    """Convert images, which Keras also takes as a list of one input, or by the input's name."""
    if isinstance(images, Mapping) and len(images) == 1:
        return convert(*images.values())
    if isinstance(images, list | tuple) and len(images) == 1 and hasattr(images[0], "shape"):
        return convert(images[0])
    return convert(images)


for _name in ("__module__", "__name__", "__qualname__"):
    setattr(_CheckedModel, _name, getattr(Functional, _name))
