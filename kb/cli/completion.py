"""`kb completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

EPILOG = """\b
Put the line for your shell where it starts:
  bash  ~/.bashrc                    eval "$(kb completion bash)"
  zsh   ~/.zshrc                     eval "$(kb completion zsh)"
  fish  ~/.config/fish/config.fish   kb completion fish | source
"""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the script that completes kb in your shell."""
    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(ctx.find_root().command, {}, "kb", "_KB_COMPLETE").source())
