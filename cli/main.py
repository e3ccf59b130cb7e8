"""The command `nlpzero`: finds its subcommands without importing them, and turns every failure into one line."""

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

from nlpzero import __version__
from nlpzero.errors import NlpZeroError

from .pages import SETTINGS, CommandTable, PageGroup

COMMANDS = {
    "discover": "Find the words of a corpus, with scores.",
    "count": "Count n-grams, in parts if need be, for discover --counts.",
    "merge": "Add up counts of parts of a corpus.",
    "segment": "Cut text into words, line by line.",
    "export": "Write a word list for jieba, IK, Rime and others.",
    "tokens": "Find the words worth adding to a tokenizer.",
    "score": "Score a segmentation against a gold standard: P, R, F.",
    "templates": "Find sentence templates.",
    "links": "Count what parse --method links knows of words.",
    "parse": "Parse sentences into hierarchies of templates, or by links.",
    "probe": "Read words and trees off a BERT model.",
    "rules": "Find association rules in baskets or in text.",
    "glove": "Train word vectors, and ask them questions.",
    "similar": "Compare texts by moving the words of one onto the other.",
    "words": "Count the words of a corpus, and how evenly they are spread.",
    "keyness": "Find the words that one corpus has more often than another.",
    "kwic": "Show every place of a word with its context.",
    "collocates": "Find the words that stand near a word more often than by chance.",
    "keywords": "Give the words that say what a document is about.",
    "report": "Show a corpus at a glance: one page to look at.",
    "info": "Say what a file is, and what made it.",
    "help": "Show the help page of a command.",
    "completion": "Print the script that completes commands in a shell.",
    "man": "Write manual pages.",
}

GROUPS = {
    "Words": "discover count merge segment export tokens score",
    "A corpus": "words keyness kwic collocates keywords report",
    "Structure": "templates links parse probe rules",
    "Meaning": "glove similar",
    "Help": "info help completion man",
}
"""The commands as the short page shows them; a command that stands in no group is shown after them."""
MODULES = {"words": "frequencies"}
"""Commands whose modules have another name."""


class Failure(click.ClickException):
    """An error shown as the one line `nlpzero: error: ...`; the exit status is 1."""

    def show(self, file: Any = None) -> None:
        from .messages import say_error

        say_error(self.message)


class Commands(CommandTable):
    """A table of commands that no traceback leaves for a foreseeable failure."""

    def main(self, args: Sequence[str] | None = None, *more: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command line; what is wrong with it is told in one line."""
        run: Callable[..., Any] = super().main
        arguments = sys.argv[1:] if args is None else list(args)
        if not standalone_mode:
            return run(arguments, *more, standalone_mode=False, **extra)
        try:
            status = run(arguments, *more, standalone_mode=False, **extra)
        except click.exceptions.NoArgsIsHelpError as error:
            if isinstance(error.ctx, click.Context) and isinstance(error.ctx.command, PageGroup):
                click.echo(error.ctx.command.brief(error.ctx), err=True)
            status = error.exit_code
        except click.UsageError as error:
            from .corrections import usage_message
            from .messages import say_error

            say_error(usage_message(error, arguments))
            status = error.exit_code
        except click.ClickException as error:
            error.show()
            status = error.exit_code
        except click.Abort:
            from .messages import say

            say("interrupted")
            status = 130
        sys.exit(status if isinstance(status, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        from .messages import say, spelled
        from .signals import obeyed

        try:
            with obeyed():
                result = super().invoke(ctx)
                sys.stdout.flush()
                return result
        except NlpZeroError as error:
            raise Failure(spelled(str(error))) from None
        except KeyboardInterrupt:
            say("interrupted")
            ctx.exit(130)
        except BrokenPipeError:
            _drop_output()
            ctx.exit(0)
        except MemoryError:
            raise Failure(_memory_message()) from None
        except OSError as error:
            _drop_output()
            raise Failure(_system_message(error)) from None


def _memory_message() -> str:
    """Say what helps where memory ran out."""
    from .values import has_option, option_name

    remedies = [option_name(name) for name in ("memory", "workers") if has_option(name)]
    return f"out of memory; try {'smaller ' + ' or '.join(remedies) if remedies else 'a part of the text'}"


def _system_message(error: OSError) -> str:
    """Say what the operating system refused, and what helps."""
    from .values import has_option

    place = f"{error.filename}: " if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        elsewhere = ", or keep temporary files elsewhere with --tmp-dir" if has_option("tmp_dir") else ""
        return f"{place}no space left; make room{elsewhere}"
    if error.errno == errno.EBADF:
        return f"{place or 'standard output '}is closed; give a file with -o"
    return f"{place}{error.strerror or error}"


def _drop_output() -> None:
    """Send what standard output still holds nowhere, or the interpreter would fail on it again at its end."""
    with contextlib.suppress(OSError, ValueError):  # a test's standard output may have no descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=Commands,
    package=__package__,
    table=COMMANDS,
    modules=MODULES,
    groups=GROUPS,
    context_settings=SETTINGS,
    epilog="\b\nExamples:\n  nlpzero discover data/stories.txt\n  nlpzero segment data/stories.txt\n",
)
@click.version_option(__version__, prog_name="nlpzero", message="%(prog)s %(version)s")
def main() -> None:
    """Unsupervised Chinese NLP: find the words of text, and cut text into them.

    Input is text files, plain or packed (gz, bz2, xz, zst), or standard input; results go to standard output.
    """
