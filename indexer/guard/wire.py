"""Messages between the guarded process and its parent: JSON, and perhaps an array behind it.

No pickles: what the child sends may be made by whoever made the file that it reads.
"""

from __future__ import annotations

import json
import struct
from io import FileIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LENGTHS = struct.Struct("<IQ")  # bytes of JSON, bytes of the array
# More than any honest message has: half an hour of sound, the words of a week.
_MOST_JSON_BYTES, _MOST_ARRAY_BYTES = 1 << 28, 1 << 28
_SHAPE = "array_shape"

Values = dict[str, Any]
Samples = NDArray[np.float32]


class WireError(Exception):
    """The other side has ended, or sends what is no message."""


def send(file: FileIO, values: Values, array: Samples | None = None) -> None:
    """Write a message.

    Args:
        file: An unbuffered pipe.
        values: What JSON can hold; lone surrogates and numbers that are not finite are kept.
        array: Samples.

    Raises:
        OSError: The other side has ended.
    """
    if array is not None:
        values = values | {_SHAPE: array.shape}
    text = json.dumps(values).encode()
    data = memoryview(b"")
    if array is not None:
        data = memoryview(np.ascontiguousarray(array, np.float32).reshape(-1).view(np.uint8).data)
    _write(file, memoryview(_LENGTHS.pack(len(text), data.nbytes) + text))
    _write(file, data)


def receive(file: FileIO) -> tuple[Values, Samples | None]:
    """Read a message.

    Raises:
        WireError: The other side has ended, or sends what is no message.
    """
    n_text, n_data = _LENGTHS.unpack(_read(file, _LENGTHS.size))
    if n_text > _MOST_JSON_BYTES or n_data > _MOST_ARRAY_BYTES or n_data % 4:
        raise WireError("a message without bounds")
    try:
        values = json.loads(bytes(_read(file, n_text)))
        shape = tuple(int(size) for size in values.pop(_SHAPE, ()))
        data = np.frombuffer(_read(file, n_data), np.float32)
        return values, data.reshape(shape) if shape else None
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise WireError("a message that cannot be read") from error


def _write(file: FileIO, data: memoryview) -> None:
    while data.nbytes:
        data = data[file.write(data) :]


def _read(file: FileIO, size: int) -> bytearray:
    data = bytearray(size)
    left = memoryview(data)
    while left.nbytes:
        got = file.readinto(left)
        if not got:
            raise WireError("the other side has ended")
        left = left[got:]
    return data
