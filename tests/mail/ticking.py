"""A thread that counts for as long as somebody else lets it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ticking() -> Iterator[list[int]]:
    """How often, a thousand times a second at most, another thread had its turn meanwhile."""
    ticks, over = [0], threading.Event()

    def tick() -> None:
        while not over.wait(0.001):
            ticks[0] += 1

    thread = threading.Thread(target=tick)
    thread.start()
    try:
        yield ticks
    finally:
        over.set()
        thread.join()
