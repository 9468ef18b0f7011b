"""A coroutine run in a thread of its own: a browser's test leaves its loop in the thread it had."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def elsewhere[T](coroutine: Coroutine[Any, Any, T]) -> T:
    """What the coroutine gives, or raises; waits for it."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
