"""The command line: parse arguments, call, render. The one place where errors are printed."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click

from kb import __version__
from kb.errors import KBError, next_step, reason_of

# name -> (module, one line of help). Spelled out here so that `kb --help` imports
# none of them; a test holds each line against the command's own.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Make a workspace for your stories."),
    "build": ("build", "Read guides and stories into the index."),
    "match": ("match", "Find the stories that answer a question."),
    "list": ("list", "List your stories, or the guides' questions."),
    "show": ("show", "Show a story or a question as it reads."),
    "serve": ("serve", "Browse the bank in a web browser."),
    "suggest": ("suggest", "List the questions that a story answers best."),
    "pin": ("pin", "Say that a story answers a question."),
    "unpin": ("unpin", "Take back what was said of a story and a question."),
    "coverage": ("coverage", "Show what your stories cover, gaps first."),
    "gaps": ("gaps", "List what to write next, and a prompt that helps to remember."),
    "loop": ("loop", "Plan an interview loop: which story for which question."),
    "jd": ("jd", "Read a job description into the questions it suggests."),
    "card": ("card", "Make the page to read before a round."),
    "probe": ("probe", "Ask a story's likely follow-ups, and what supports them."),
    "frameworks": ("frameworks", "List the companies' own lists of what they look for."),
    "new": ("new", "Write a story, one question at a time."),
    "edit": ("edit", "Open a story in your editor, then check it."),
    "check": ("check", "Point out what is weak in how stories are told."),
    "facts": ("facts", "List every number in the bank, and those that disagree."),
    "use": ("use", "Note that you told a story, where and when."),
    "brag": ("brag", "Keep a line about something that went well."),
    "rename": ("rename", "Give a story another id; what you said of it follows."),
    "retire": ("retire", "Take a story out of matches, without deleting it."),
    "import": ("importing", "Bring in stories from other files; shows a preview first."),
    "export": ("exporting", "Write stories out as Markdown, HTML, JSON, CSV or Word."),
    "doctor": ("doctor", "Check that everything kb needs is in order."),
    "eval": ("evaluate", "Measure the ranking against judged questions."),
    "completion": ("completion", "Print the script that completes kb in your shell."),
}

EXAMPLES = """\b
New here?
  kb init ~/stories
  kb build
  kb match "disagreement with architect"
"""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kb.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown name is answered with the nearest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean: kb {near[0]}?" if near else " See them: kb --help"
            raise click.UsageError(f"there is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EXAMPLES,
)
@click.option("-w", "--workspace", metavar="DIR", help="The workspace to use.")
@click.version_option(__version__, "--version", message="kb %(version)s")
@click.pass_context
def cli(ctx: click.Context, workspace: str | None) -> None:
    """Keep your interview stories as plain files, and find the one that fits the question."""
    ctx.obj = workspace


def main(args: list[str] | None = None) -> None:
    """Run kb and exit: 0 done, 1 found problems, 2 misuse, 130 interrupted.

    A command lives for a fraction of a second: collecting cycles often and
    tearing the interpreter down would take a fifth of that.
    """
    gc.set_threshold(100_000)
    _open_streams()
    code = run(args)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _open_streams() -> None:
    """Put nothing in the place of a stream that was closed: the next file to be opened would
    get its number, and what is printed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            nothing = os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is its own
            setattr(sys, name, os.fdopen(nothing, "r" if number == 0 else "w", encoding="utf-8"))


def run(args: list[str] | None = None) -> int:
    """Run kb; the exit status. Every error becomes a sentence on stderr."""
    try:
        result = cli.main(args, prog_name="kb", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return 2
    except click.ClickException as error:
        return _say(error.format_message(), _usage_hint(error), 2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return 130
    except KBError as error:
        return _say(f"{error.place}: {error.message}" if error.place else error.message,
                    error.hint, error.exit_code)  # fmt: skip
    except BrokenPipeError:
        # whoever read us has had enough; keep Python from saying so at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("KB_DEBUG"):
            raise
        if isinstance(error, OSError) and error.errno:
            return _say_disk(error)
        return _say(
            f"kb met a fault of its own ({type(error).__name__}: {error}).",
            "Set KB_DEBUG=1 to see where, and please report it.",
            1,
        )


def _say_disk(error: OSError) -> int:
    """A fault of the disk that nothing nearer to it has told; without a name it is the output's."""
    reason = reason_of(error)
    if error.filename is None:
        return _say(f"the output cannot be written ({reason}).", next_step(error), 1)
    name = os.fsdecode(error.filename)
    return _say(f"{name}: cannot be used ({reason}).", next_step(error), 1)


def _say(message: str, hint: str, code: int) -> int:
    message = message.rstrip()
    stop = "" if not hint or message.endswith((".", "?", "!", ")")) else "."
    text = " ".join(f"{message}{stop} {hint}".split())
    click.echo(fitted(f"kb: {text}"), err=True)
    return code


def fitted(text: str) -> str:
    """A line as a terminal shows it best, in lines that end between words; whole in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        return text
    import shutil

    from kb.render.layout import Page

    width = min(80, shutil.get_terminal_size((80, 24)).columns)
    return "\n".join(Page(width).wrap(text))


def _usage_hint(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None or "kb --help" in error.format_message() or "Did you" in str(error.message):
        return ""
    return f"Try: {context.command_path} --help"
