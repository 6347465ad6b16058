"""Memory that has been freed is kept for the next step, rather than given back to the operating system."""

import numpy as np

LARGE = 32_000_000  # bytes; glibc learns from nothing larger than 32 MiB


def keep_freed_memory() -> None:
    """Let the allocator keep the memory of arrays that have been freed, some 64 MB of it.

    A step of training makes arrays and frees them all, and the next step makes the same ones again. By default the C
    library of Linux (glibc) gives large freed arrays back at once, and the system then has to clear each of their
    pages anew: for a small convolutional network that takes more time than its arithmetic. But glibc adapts: when a
    large block is freed, it keeps blocks up to that size, and twice as much in all (see M_MMAP_THRESHOLD in
    ``man mallopt``). So one large array, which is never touched and so costs nothing, is made and freed. Elsewhere this
    does nothing.
    """
    np.empty(LARGE, np.uint8)
