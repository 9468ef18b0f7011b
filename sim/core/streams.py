"""Keyed randomness: a number belongs to (seed, stream, month, uid), never to a queue.

Any row order, any number of workers and any policy that touches nobody leave every draw where
it was, so twin runs are comparable firm by firm. The mixing function is the finaliser of
SplitMix64 (Steele, Lea & Flood 2014), applied twice: once to the key, once to key and uid.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from numba import uint64

from sim.core.kernels import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


@njit(nogil=True, cache=True, inline="always")
def mix(value):  # type: ignore[no-untyped-def]
    """SplitMix64 finaliser of one unsigned 64-bit number."""
    z = uint64(value)
    z = (z ^ (z >> uint64(30))) * _FIRST
    z = (z ^ (z >> uint64(27))) * _SECOND
    return z ^ (z >> uint64(31))


@njit(nogil=True, cache=True, inline="always")
def uniform(key, uid, slot):  # type: ignore[no-untyped-def]
    """Uniform number in [0, 1) of row `uid` and small integer `slot` under a month's key."""
    counter = uint64(uid) * uint64(64) + uint64(slot)
    return np.float64(mix(uint64(key) + counter * _GOLDEN) >> uint64(11)) * _UNIT


@lru_cache(maxsize=16_384)
def month_key(seed: int, stream: str, month: int) -> np.uint64:
    """The 64-bit key of a stream in a month; `stream` names the purpose of the draw.

    Kept, since runs of other plans with the same seed draw with the same keys.
    """
    mask = (1 << 64) - 1
    state = _stream_state(seed, stream)
    return np.uint64(_mix_int((state + month * 0x9E3779B97F4A7C15) & mask))


@lru_cache(maxsize=1024)
def _stream_state(seed: int, stream: str) -> int:
    """What all months of a stream have in common."""
    mask = (1 << 64) - 1
    state = (seed * 0x9E3779B97F4A7C15 + zlib.crc32(stream.encode()) * 0xD1B54A32D192ED03) & mask
    return _mix_int(state)


def uniforms(
    key: np.uint64, uids: npt.NDArray[np.uint32], slot: int | npt.NDArray[np.int64] = 0
) -> npt.NDArray[np.float64]:
    """The same draws as `uniform`, for arrays of uids and slots of shape (n,)."""
    out = np.empty(len(uids))
    if isinstance(slot, int):
        _fill(key, uids, slot, out)
    else:
        _fill_each(key, uids, np.asarray(slot, dtype=np.uint64), out)
    return out


@njit(nogil=True, cache=True)
def _fill(key, uids, slot, out):  # type: ignore[no-untyped-def]
    """Draws of all uids under one slot."""
    for i in range(len(out)):
        out[i] = uniform(key, uids[i], slot)


@njit(nogil=True, cache=True)
def _fill_each(key, uids, slots, out):  # type: ignore[no-untyped-def]
    """Draws of each uid under its own slot."""
    for i in range(len(out)):
        out[i] = uniform(key, uids[i], slots[i])


def _mix_int(z: int) -> int:
    mask = (1 << 64) - 1
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return z ^ (z >> 31)
