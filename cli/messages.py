"""What a command says on standard error: single lines without control characters, and bars that make way for them."""

import contextlib
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .values import QUIET, option_name

if TYPE_CHECKING:
    from nlpzero.reading.corpus import Corpus
    from nlpzero.reading.parts import Part

T = TypeVar("T")

_HARMFUL = (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
"""Control characters, line and paragraph separators, and marks that reorder text."""


LOOKED_AT = 1 << 16
"""Characters of a text that are looked at to tell how it is best read."""
WEB_SHARE = 0.03
"""Least share of markup that is worth saying."""


def _escape(code: int) -> str:
    """Spell a character that must not reach a terminal."""
    short = {9: r"\t", 10: r"\n", 13: r"\r"}
    return short.get(code) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


ESCAPES = {code: _escape(code) for code in _HARMFUL}

_bars: dict[int, Any] = {}
"""The bars that are shown: standard error is one for the whole process."""


def printable(text: str) -> str:
    r"""Spell control characters, so that a message stays one line and does nothing to the terminal.

    >>> printable("a\x1b[31m\n")
    'a\\x1b[31m\\n'
    """
    return text.translate(ESCAPES)


_lock = threading.RLock()
"""Held while something is written: a clock writes from a thread of its own."""


def clear_bars() -> None:
    """Take the bars away before something else is written; they come back with the next step."""
    with _lock:
        for bar in _bars.values():
            bar.clear()


def say(message: str) -> None:
    """Write one line on standard error."""
    with _lock:
        clear_bars()
        click.echo(printable(f"nlpzero: {message}"), err=True)


class Clock:
    """A line that tells what is being done, and since when; it is shown while no bar is."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start = time.monotonic()
        self._shown = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def start(self) -> None:
        """Show the line, anew every second."""
        _bars[id(self)] = self
        self._thread.start()

    def stop(self) -> None:
        """Take the line away for good."""
        self._end.set()
        self._thread.join()
        with _lock:
            self.clear()
            del _bars[id(self)]

    def clear(self) -> None:
        """Take the line away until the next second."""
        if self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            self._shown = 0

    def _tick(self) -> None:
        """Write the line, again and again."""
        while True:
            with _lock:
                if not any(bar is not self for bar in _bars.values()):
                    line = f"{self._text} ({time.monotonic() - self._start:.0f} s)"
                    sys.stderr.write("\r" + line)
                    sys.stderr.flush()
                    self._shown = len(line)
            if self._end.wait(1):
                return


@contextlib.contextmanager
def working(text: str) -> Iterator[None]:
    """Show on a terminal that something is being done, for work that has no bar."""
    if is_quiet() or not sys.stderr.isatty():
        yield
        return
    clock = Clock(text)
    clock.start()
    try:
        yield
    finally:
        clock.stop()


def say_error(message: str) -> None:
    """Write what failed."""
    say(f"error: {message}")


_PARAMETER = re.compile(r"`([a-z][a-z0-9_]*)`(?:=('[^']*'|[^\s,;]*[^\s,;.)]))?")
"""How the library names a parameter, with or without a value: `min_count`, `min_count`=1."""


ALIASES = {"give `limit`=None": "add --yes", "`jaccard`": "--near"}
"""What the command line spells in another way."""


def spelled(message: str) -> str:
    """Spell the parameters that the library names as the options of the running command.

    >>> spelled("no word occurs 5 times; try `min_count`=1 or another `method`")
    'no word occurs 5 times; try --min-count 1 or another --method'
    """
    for named, written in ALIASES.items():
        message = message.replace(named, written)
    return _PARAMETER.sub(lambda one: option_name(one[1]) + (" " + one[2].strip("'") if one[2] else ""), message)


def is_quiet() -> bool:
    """Tell whether the running command was given --quiet."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(QUIET))


def warn(message: str) -> None:
    """Say that something of the data was replaced or left out; only --quiet silences it."""
    if not is_quiet():
        say(message)


def notice(message: str) -> None:
    """Say something where standard error is a terminal."""
    if sys.stderr.isatty():
        warn(message)


def warn_replaced(corpus: "Corpus") -> None:
    """Say how many characters of a corpus that was read had to be replaced, and where the first one was."""
    if corpus.first_replaced:
        source, line, column = corpus.first_replaced
        warn(f"bad characters replaced by U+FFFD: {corpus.replaced:,}, the first in {source}:{line}, column {column}")


def progress(
    items: Iterable[T], *, total: float | None = None, unit: str = "it", size: Callable[[T], int] = lambda _: 1
) -> Iterator[T]:
    """Pass items on, with a bar on a terminal that grows by each one's `size` up to `total`."""
    if is_quiet() or not sys.stderr.isatty():
        yield from items
        return
    from tqdm import tqdm

    with _lock:
        clear_bars()
        bar = tqdm(total=total, unit=unit, unit_scale=True, leave=False, file=sys.stderr)
        _bars[id(bar)] = bar
    try:
        for item in items:
            yield item
            bar.update(size(item))
    finally:
        with _lock:
            del _bars[id(bar)]
            bar.close()


def parts_of(corpus: "Corpus", size: int = 3 << 20) -> "Iterator[Part]":
    """Give the parts of a corpus, with a bar on a terminal that tells how many bytes are under way of how many."""
    from nlpzero.reading.parts import part_bytes

    parts = progress(corpus.parts(size), total=corpus.length(), unit="B", size=part_bytes)
    return _looked_at(corpus, parts) if sys.stderr.isatty() else parts


def _looked_at(corpus: "Corpus", parts: "Iterator[Part]") -> "Iterator[Part]":
    """Say what options would read the text better, as its first characters show."""
    from nlpzero.reading.parts import source_text
    from nlpzero.text.folding import is_traditional
    from nlpzero.text.web import web_mask

    for number, part in enumerate(parts):
        if number == 0:
            text = source_text(part)[:LOOKED_AT]
            if "variants" not in corpus.reading.fold and is_traditional(text):
                notice("most of the text is in traditional characters; --fold variants reads them as simplified ones")
            if not corpus.reading.web and (share := float(web_mask(text).mean()) if text else 0.0) > WEB_SHARE:
                notice(f"{share:.0%} of the text is addresses, names, tags or markup; --web drop leaves them out")
        yield part
