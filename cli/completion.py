"""`nlpzero completion`: the script that completes commands, options and values in a shell."""

from dataclasses import dataclass

import click

from .pages import command as page
from .values import argument, values

EPILOG = """\b
Examples:
  nlpzero completion bash > nlpzero.bash
  nlpzero completion fish > nlpzero.fish
"""


@dataclass(frozen=True, kw_only=True)
class CompletionOptions:
    """The shell."""

    shell: str = argument(type=click.Choice(["bash", "zsh", "fish"]), metavar="bash|zsh|fish")


@page(epilog=EPILOG)
@values(CompletionOptions, "own")
@click.pass_context
def command(context: click.Context, own: CompletionOptions) -> None:
    """Print the script that completes commands, options and values in a shell (自动补全).

    Load it when a shell starts: for bash, write it to ~/.local/share/bash-completion/completions/nlpzero; for fish, to
    ~/.config/fish/completions/nlpzero.fish; for zsh, to a file _nlpzero in a folder of $fpath.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(own.shell)
    assert kind is not None
    script = kind(context.find_root().command, {}, "nlpzero", "_NLPZERO_COMPLETE")
    click.echo(script.source_template % script.source_vars())
