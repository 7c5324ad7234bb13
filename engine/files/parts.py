"""A part of a stored file: only the chunks it lies in are read."""

from collections.abc import Callable, Iterator, Sequence

Part = Callable[[int, int], Iterator[bytes]]
"""The bytes of a file from the first to the last asked for, both included."""


def part_of(
    lengths: Sequence[int], piece: Callable[[int], bytes | None], first: int, last: int
) -> Iterator[bytes]:
    """The part of a file whose chunks have these lengths; it ends early where a chunk is gone."""
    begins = 0
    for seq, length in enumerate(lengths):
        if begins <= last and begins + length > first:
            content = piece(seq)
            if content is None:
                return
            yield content[max(0, first - begins) : last + 1 - begins]
        begins += length
