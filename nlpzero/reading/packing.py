"""Packed data (压缩): recognised by the first bytes, and unpacked a little at a time, whatever it grows to."""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple, Protocol

from ..errors import CorpusError

PIECE = 1 << 20
"""Bytes that are unpacked at a time, at most: some data grow a thousandfold and more."""
MOST_MEMORY = 1 << 28
"""Bytes that unpacking xz may take; ``xz -9`` asks for a quarter."""


class Unpacker(Protocol):
    """What the unpackers of bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Inflater:
    """The unpacker of zlib, with the methods of the others."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(wbits=31)
        self._has_more = False

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._has_more

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        unpacked = self._inflate.decompress(self._inflate.unconsumed_tail + data, max_length)
        self._has_more = len(unpacked) == max_length
        return unpacked


class Packing(NamedTuple):
    """A way of packing: its name, a maker of unpackers, and the error these raise."""

    name: str
    unpacker: Callable[[], Unpacker]
    error: type[Exception]


def packing_of(head: bytes, source: str) -> Packing | None:
    """Recognise packed data by the first bytes.

    Raises
    ------
    CorpusError
        For zstd data where nothing that reads them is installed.
    """
    if head.startswith(b"\x1f\x8b"):
        return Packing("gzip", Inflater, zlib.error)
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):  # a first block, or none
        return Packing("bzip2", bz2.BZ2Decompressor, OSError)
    if head.startswith(b"\xfd7zXZ\0"):
        return Packing("xz", lambda: lzma.LZMADecompressor(memlimit=MOST_MEMORY), lzma.LZMAError)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        try:
            if sys.version_info >= (3, 14):
                from compression import zstd
            else:
                from backports import zstd
        except ImportError:
            raise CorpusError(f"{source}: is zstd data; to read it: pip install nlpzero[zstd]", source) from None
        return Packing("zstd", zstd.ZstdDecompressor, zstd.ZstdError)
    return None


def unpack(chunks: Iterator[bytes], source: str) -> Iterator[bytes]:
    """Unpack chunks of packed data, one or several members on end; pass other data on.

    No chunk that comes out is empty, or larger than what went in and `PIECE`.

    Raises
    ------
    CorpusError
        For damaged data, or data that end too early.
    """
    chunk = next(chunks, b"")
    packing = packing_of(chunk, source)
    chunks = chain([chunk] if chunk else [], chunks)
    if packing is None:
        yield from chunks
        return
    unpacker = packing.unpacker()
    for chunk in chunks:
        while chunk or not (unpacker.eof or unpacker.needs_input):
            if unpacker.eof:
                chunk = chunk.lstrip(b"\0")  # padding between members
                unpacker = packing.unpacker() if chunk else unpacker
                continue
            try:
                unpacked = unpacker.decompress(chunk, PIECE)
            except packing.error as error:
                raise CorpusError(f"{source}: damaged {packing.name} data ({error})", source) from None
            if unpacked:
                yield unpacked
            chunk = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        raise CorpusError(f"{source}: the {packing.name} data end too early; the file is incomplete", source)
