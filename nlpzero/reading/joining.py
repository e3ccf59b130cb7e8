"""Joining lines (合并断行): blocks that end where a sentence or a line that nothing joins does."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from ..errors import CorpusError
from ..text.views import is_broken
from .parts import Block


def joined_blocks(blocks: Iterable[Block], size: int, limit: int) -> Iterator[Block]:
    """Cut text anew, so that no border breaks a sentence; lines belong to the shard that has the first of them.

    Raises
    ------
    CorpusError
        For more than `limit` characters without an end of a sentence.

    Examples
    --------
    >>> blocks = [Block("a", 1, "罗砚舟修\\n"), Block("a", 2, "船。\\n"), Block("a", 3, "天亮\\n")]
    >>> [block.text for block in joined_blocks(blocks, 1, 100)]
    ['罗砚舟修\\n船。\\n', '天亮\\n']
    """
    for source, some in groupby(blocks, key=lambda block: block.source):
        held: list[str] = []
        length, first, is_own, last = 0, 1, True, ""
        for block in some:
            for number, line in enumerate(_lines(block.text), block.line):
                if not is_broken(last, line):
                    if held and (length >= size or block.own != is_own):
                        if is_own:
                            yield Block(source, first, "".join(held))
                        held, length = [], 0
                    if not held:
                        first, is_own = number, block.own
                held.append(line)
                last = line
                length += len(line)
                if length > limit and length - size > limit:
                    raise CorpusError(
                        f"{source}: line {first}: more than {limit:,} characters without the end of a sentence; "
                        "read it without `join_lines`",
                        source,
                        first,
                    )
        if held and is_own:
            yield Block(source, first, "".join(held))


def _lines(text: str) -> list[str]:
    """Split whole lines, and keep their ends."""
    lines = text.split("\n")
    return [*(line + "\n" for line in lines[:-1]), *([lines[-1]] if lines[-1] else [])]
