"""The one source of randomness: a seed that the caller gives."""

import operator

import numpy as np

from leadflow.errors import InputError

__all__ = ["generator"]


def generator(seed: int) -> np.random.Generator:
    """Return the generator of a seed; equal seeds draw the same.

    Args:
        seed: a whole number from 0.

    Raises:
        InputError: the seed is none.

    Example:
        >>> bool(generator(7).integers(0, 100) == generator(7).integers(0, 100))
        True
        >>> generator(-1)
        Traceback (most recent call last):
        ...
        leadflow.errors.InputError: A seed must be a whole number from 0, got -1.
    """
    try:
        whole = operator.index(seed)
    except TypeError:
        whole = -1
    if whole < 0:
        raise InputError(f"A seed must be a whole number from 0, got {seed!r}.")
    return np.random.Generator(np.random.PCG64(whole))
