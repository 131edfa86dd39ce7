"""The command line: one file a command. Nothing heavy is imported before a command needs it."""

import sys

import click

from torchref.cli.assignments import assignments, new
from torchref.cli.audit import audit
from torchref.cli.board import board
from torchref.cli.check import check
from torchref.cli.explain import explain
from torchref.cli.export import export
from torchref.cli.grade import grade
from torchref.cli.mark import mark
from torchref.cli.sweep import sweep
from torchref.cli.worksheet import worksheet


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="torchref", message="%(version)s")
def torchref() -> None:
    """The proof-reader for hand-derived neural-network mathematics."""


for command in (check, explain, worksheet, sweep, board, assignments, new, audit, grade, mark, export):
    torchref.add_command(command)


def main() -> None:
    """Runs a command; an error is one line on standard error, with the exit code of its kind."""
    try:
        code = torchref.main(standalone_mode=False)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        _fail(f"{context.command_path if context else 'torchref'}: {error.format_message()}", error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        _fail("torchref: interrupted", 130)
    except BrokenPipeError:  # the reader, head(1) for instance, has seen enough
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:
        # Our own errors know their exit code; to import them here would import NumPy for every --help.
        if not hasattr(error, "exit_code"):
            raise
        _fail(f"torchref: {error}", error.exit_code)
    else:
        sys.exit(code)


def _fail(message: str, code: int) -> None:
    print(" ".join(message.split()), file=sys.stderr)
    sys.exit(code)
