"""The engine's keyed draws in plain Python."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def mix(z: int) -> int:
    """SplitMix64 finaliser."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def draw(key: int, uid: int, slot: int = 0) -> float:
    """The engine's keyed draw in [0, 1)."""
    return (mix((key + (uid * 64 + slot) * 0x9E3779B97F4A7C15) & _MASK) >> 11) * 2.0**-53
