r"""A corpus (语料库): files and standard input, unpacked and decoded, as blocks of whole lines.

The rules of reading:

- gzip, bzip2, xz and zstd data are recognised by their first bytes, also on standard input.
- A line ends at "\n" only. Every other character is kept as it is: "\r" before it, blanks, control characters.
- One byte order mark at the start of a file is dropped. Without one "utf-16" and "utf-32" are little-endian.
- A NUL is an ordinary character, unless a quarter of the first bytes are NUL: that is no text in this encoding.
- A byte that is not in the encoding is an error, or with `errors="replace"` becomes U+FFFD and is counted. So no
  lone surrogate ever comes out.
- A line of more than `Reading.max_line` bytes is an error, since lines are worked on as a whole.
- A file that changes (in size or time of modification) between its first opening and its last reading is an error.

A *part* is a block of lines, or an extent: a description of lines in a plain file, small enough to be sent anywhere,
that is read where it is worked on.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain, groupby
from operator import itemgetter
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from ..errors import CorpusError
from .encoding import HEAD, STATEFUL, check_encoding, encoding_of, too_long, undecodable
from .fields import field_blocks
from .inputs import is_regular, name_of, opened, read_chunks
from .joining import joined_blocks
from .lines import READ, LongLine, count_lines, cut_lines, split_at
from .options import Reading
from .packing import packing_of, unpack
from .parts import WHOLE, Block, Extent, Part, Span, Stamp, changed, extents, section, stamp_of

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory


class Corpus:
    r"""Text from files and standard input (语料), read in blocks of lines.

    Parameters
    ----------
    paths : path, or sequence of paths
        File names; "-" is standard input.
    encoding : str
        Any of Python's text encodings whose lines can be decoded one by one.
    errors : {"strict", "replace"}
        What becomes of a byte that is not in the encoding.
    rereadable : bool
        Whether `blocks` may be called again, as methods of two passes do. What is not a regular file (standard
        input, a pipe) is then first copied, packed or not as it comes, to a temporary file.
    tmp_dir : path, optional
        Directory of that temporary file; the system's by default.
    shard : (int, int), optional
        (i, n) for the i-th of n parts (from 1) of about the same number of bytes (unpacked), cut at line starts. One
        after the other they are the whole text. Inputs that can be read only once are copied, as for `rereadable`.
    reading : Reading, optional
        What of the text is read.

    Attributes
    ----------
    replaced : int
        Number of characters replaced in the last reading.
    first_replaced : (str, int, int) or None
        Source, line and column (both from 1) of the first of them.

    Raises
    ------
    CorpusError
        For a missing file, a directory or an unknown encoding. The message names the remedy.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     rivers = Path(folder, "rivers.txt")
    ...     _ = rivers.write_bytes("长江\n黄河\n".encode("gb18030"))
    ...     [block.text for block in Corpus([rivers], encoding="gb18030").blocks(size=1)]
    ['长江\n', '黄河\n']
    """

    def __init__(
        self,
        paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = ("-",),
        *,
        encoding: str = "utf-8",
        errors: str = "strict",
        rereadable: bool = False,
        tmp_dir: str | os.PathLike[str] | None = None,
        shard: tuple[int, int] | None = None,
        reading: Reading | None = None,
    ) -> None:
        if errors not in ("strict", "replace"):
            raise ValueError(f"errors must be 'strict' or 'replace', not {errors!r}")
        if shard is not None and not 1 <= shard[0] <= shard[1]:
            raise ValueError(f"shard must be (i, n) with i from 1 to n, not {shard!r}")
        self.paths = [os.fspath(path) for path in ([paths] if isinstance(paths, str | os.PathLike) else paths)]
        self.encoding = check_encoding(encoding)
        self.errors = errors
        self.reading = reading or Reading()
        self.rereadable = rereadable or shard is not None
        self.shard = shard
        self.tmp_dir = tmp_dir
        self.replaced = 0
        self.first_replaced: tuple[str, int, int] | None = None
        self._once = {path for path in self.paths if not is_regular(path)}
        self._used_up: set[str] = set()
        self._spools: dict[str, TemporaryDirectory[str]] = {}
        self._stamps: dict[str, Stamp] = {}
        self._known_spans: list[Span] | None = None
        for path in self._once:
            if self.paths.count(path) > 1:
                raise CorpusError(f"{name_of(path)}: given twice, but it can be read only once", name_of(path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the temporary copies."""
        while self._spools:
            self._spools.popitem()[1].cleanup()

    def blocks(self, size: int = 3 << 20, *, around: bool = False) -> Iterator[Block]:
        """Read the text in blocks of about `size` bytes (before decoding) that never split a line or join two files.

        A longer line makes a longer block. Only the borders of the blocks depend on `size`, never the text or an
        error. Reading and decoding UTF-8 takes about 2 ns a byte.

        Parameters
        ----------
        size : int
        around : bool
            Whether to give, of the files that a shard touches, the other lines too, in blocks that are not `own`. So
            records of several lines are whole: they belong to the shard that has their first line.

        Raises
        ------
        CorpusError
            For a file that cannot be read, unpacked or decoded (the offset that the message names counts bytes of the
            unpacked text), for a line that is too long, and for a second reading without `rereadable`.
        """
        reading = self.reading
        blocks = self._plain_blocks(size, around or reading.by_record)
        if reading.fields:
            blocks = field_blocks(blocks, reading.fields, size)
        elif reading.join_lines:
            blocks = joined_blocks(blocks, size, reading.max_line)
        view = reading.view
        return blocks if view is None else (block._replace(view=view) for block in blocks)

    def _plain_blocks(self, size: int, around: bool) -> Iterator[Block]:
        """Read the lines as they are."""
        self.replaced, self.first_replaced = 0, None
        for path, span in self._spans():
            with self._opened(path) as file:
                yield from self._blocks(file, name_of(path), size, span, around)

    def parts(self, size: int = 3 << 20) -> Iterator[Part]:
        """Give the text in parts for `text_of`, with the borders that `blocks` has.

        What a worker can read by itself is an `Extent`: lines of a plain file, unless `errors` is "replace" or the
        encoding keeps a state from line to line. Finding its borders takes two short reads. All else comes as blocks.

        Raises
        ------
        CorpusError
            As `blocks` does; bad bytes of an extent are found by `text_of`.
        """
        if self.reading.by_record:
            yield from self.blocks(size)
            return
        self.replaced, self.first_replaced = 0, None
        view = self.reading.view
        for path, span in self._spans():
            with self._opened(path) as file:
                plain = self._plain(path, file)
                if plain is None:
                    blocks = self._blocks(file, name_of(path), size, span, False)
                    yield from blocks if view is None else (block._replace(view=view) for block in blocks)
                else:
                    limit = self.reading.max_line
                    yield from extents(file, plain._replace(view=view), min(size, limit), span, limit)

    def files(self) -> list[Extent]:
        """Describe the plain files among the inputs: what workers must be able to read.

        Raises
        ------
        CorpusError
            As `length` does.
        """
        found = []
        for path in dict.fromkeys(self.paths):
            if path not in self._once:
                with self._opened(path) as file:
                    found += [plain] if (plain := self._plain(path, file)) else []
        return found

    def length(self) -> int | None:
        """Give the number of bytes of all parts, if all are extents.

        Raises
        ------
        CorpusError
            For a file that cannot be opened, or whose first bytes show that it is in another encoding.
        """
        total = 0
        if self.reading.by_record:
            return None
        for path, span in self._spans():
            if path in self._once and not self.rereadable:
                return None
            with self._opened(path) as file:
                plain = self._plain(path, file)
                if plain is None:
                    return None
                start, stop = section(file, plain, span)
                total += stop - start
        return total

    def lines(self) -> Iterator[str]:
        r"""Read the lines, without the "\n" at their ends."""
        for block in self.blocks():
            if block.view is None:
                yield from block.text.removesuffix("\n").split("\n")
            else:
                yield from (line for _, line in block.numbered_lines())

    def _spans(self) -> Iterator[tuple[str, Span]]:
        """Give the paths, each with the place of the shard in it; leave out those that the shard does not touch."""
        if self._known_spans is None:
            self._known_spans = [WHOLE] * len(self.paths)
            if self.shard is not None:
                lengths = [self._unpacked_length(path) for path in self.paths]
                number, shards = self.shard
                low, high = (sum(lengths) * i // shards for i in (number - 1, number))
                starts = accumulate(lengths, initial=0)
                self._known_spans = [
                    Span(min(max(low - start, 0), length), min(max(high - start, 0), length))
                    for start, length in zip(starts, lengths, strict=False)
                ]
        return ((path, span) for path, span in zip(self.paths, self._known_spans, strict=True) if span.low < span.high)

    def _unpacked_length(self, path: str) -> int:
        """Measure an input, if need be by unpacking it."""
        with self._opened(path) as file:
            head = file.read(READ)
            if packing_of(head, name_of(path)) is None:
                return os.fstat(file.fileno()).st_size
            file.seek(0)
            return sum(map(len, unpack(read_chunks(file, name_of(path)), name_of(path))))

    @contextmanager
    def _opened(self, path: str) -> Iterator[BinaryIO]:
        """Open an input at its start; a file must stay as it is, from its first opening to the end of each reading."""
        if path not in self._once:
            self._check(path)
            with opened(path) as file:
                yield file
            self._check(path)
        elif self.rereadable:
            if path not in self._spools:
                self._spools[path] = self._spool(path)
            with open(self._spooled(path), "rb") as file:
                yield file
        elif path in self._used_up:
            raise CorpusError(
                f"{name_of(path)}: can be read only once; open the corpus with rereadable=True", name_of(path)
            )
        else:
            self._used_up.add(path)
            with opened(path) as file:
                yield file

    def _check(self, path: str) -> None:
        """Refuse a file that is not what it was when it was first opened."""
        stamp = stamp_of(path, path)
        if self._stamps.setdefault(path, stamp) != stamp:
            raise changed(path)

    def _plain(self, path: str, file: BinaryIO) -> Extent | None:
        """Describe an open input as a whole, if others can read its lines by themselves."""
        if self.errors != "strict" or (path in self._once and not self.rereadable):
            return None
        source, place = name_of(path), self._spooled(path) if path in self._once else path
        head = file.read(HEAD)
        file.seek(0)
        if not head or packing_of(head, source) is not None:
            return None
        encoding = encoding_of(head, self.encoding, source)
        if encoding.startswith(STATEFUL):
            return None
        mark = "\ufeff".encode(encoding, "ignore")
        stamp = self._stamps.get(path) or stamp_of(place, source)
        if not stamp.size:  # such as those of /proc
            return None
        start = len(mark) if head.startswith(mark) else 0
        return Extent(source, os.path.abspath(place), start, stamp.size, *stamp, encoding)

    def _spool(self, path: str) -> "TemporaryDirectory[str]":
        """Copy an input that can be read only once to a file in a temporary directory, which closing removes."""
        from shutil import copyfileobj
        from tempfile import TemporaryDirectory

        spool = TemporaryDirectory(prefix="nlpzero-", dir=self.tmp_dir, ignore_cleanup_errors=True)
        try:
            with opened(path) as file, open(os.path.join(spool.name, "text"), "xb") as copy:
                copyfileobj(file, copy, 1 << 20)
        except BaseException:
            spool.cleanup()
            raise
        return spool

    def _spooled(self, path: str) -> str:
        """Name the copy of an input."""
        return os.path.join(self._spools[path].name, "text")

    def _blocks(self, file: BinaryIO, source: str, size: int, span: Span, around: bool) -> Iterator[Block]:
        """Read the blocks of one open input."""
        chunks: Iterator[bytes | bytearray] = unpack(read_chunks(file, source), source)
        head: bytes | bytearray = b""
        while len(head) < HEAD and (chunk := next(chunks, b"")):
            head += chunk
        encoding = encoding_of(head, self.encoding, source)
        mark = "\ufeff".encode(encoding, "ignore")  # empty where the encoding has none
        newline = "\n".encode(encoding)
        line, offset = 1, len(mark) if head.startswith(mark) else 0
        limit = self.reading.max_line
        size = 1 if encoding.startswith(STATEFUL) else min(size, limit)
        chunks = chain([head[offset:]], chunks)
        segments: Iterable[tuple[bool, Iterable[bytes | bytearray]]] = [(True, chunks)]
        if span is not WHOLE:
            lines = split_at(
                cut_lines(chunks, newline, min(READ, limit), limit), newline, span.low - offset, span.high - offset
            )
            segments = ((own, (data for _, data in some)) for own, some in groupby(lines, itemgetter(0)))
        try:
            for own, segment in segments:
                if not own and not around and offset >= span.high:
                    return
                for data in cut_lines(segment, newline, size, limit):
                    if own or around:
                        text = self._decode(data, encoding, newline, source, line, offset)
                        yield Block(source, line, text, own)
                        line += text.count("\n")
                    else:
                        line += count_lines(data, newline)
                    offset += len(data)
        except LongLine as error:
            raise too_long(source, line if error.lines is None else error.lines + 1, limit) from None

    def _decode(self, data: bytearray, encoding: str, newline: bytes, source: str, line: int, offset: int) -> str:
        """Decode whole lines that begin in `line`, at `offset` of the unpacked text."""
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            if self.errors == "strict":
                raise undecodable(data, error.start, encoding, source, line, offset) from None
            before = data[: error.start].decode(encoding)
        if self.first_replaced is None:
            self.first_replaced = source, line + before.count("\n"), len(before) - before.rfind("\n")
        # A character of gb18030 that is cut short swallows a line end at the end of the data, but not one before.
        padding = newline * 3 if len(newline) == 1 else b""
        text, good = ((data + padding).decode(encoding, errors) for errors in ("replace", "ignore"))
        self.replaced += text.count("\ufffd") - good.count("\ufffd")
        return text[: len(text) - len(padding)]


def read_lines(path: str | os.PathLike[str], encoding: str = "utf-8", errors: str = "strict") -> Iterator[str]:
    """Read the lines of a file that is no corpus: a word list, vectors, questions (读行).

    Raises
    ------
    CorpusError
        As `Corpus.blocks` does.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     words = Path(folder, "words.txt")
    ...     _ = words.write_bytes("长江\\n黄河\\n".encode("gb18030"))
    ...     list(read_lines(words, "gb18030"))
    ['长江', '黄河']
    """
    with Corpus([path], encoding=encoding, errors=errors) as corpus:
        yield from corpus.lines()
