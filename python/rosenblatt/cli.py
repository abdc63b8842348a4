"""The command line: ``rosenblatt`` and ``python -m rosenblatt``."""

import re
import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

if TYPE_CHECKING:
    import typer

__all__ = ["application", "main"]


class Data(StrEnum):
    """What the demo can learn from."""

    AUTO = "auto"
    DIGITS = "digits"
    MNIST = "mnist"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        What follows the name of the program; without it that of this process.

    Returns
    -------
    int
        The exit code: 0 done, 1 failed, 2 wrong usage or an incomplete installation, 130 cut short by
        Ctrl-C.

    Examples
    --------
    >>> from rosenblatt.cli import main
    >>> main(["--version"])  # doctest: +ELLIPSIS
    rosenblatt ...
    0
    """
    if any(find_spec(name) is None for name in ("typer", "rich")):
        message = 'the command line needs typer and rich: pip install "rosenblatt[cli]"'
        print(f"rosenblatt: {message}", file=sys.stderr)
        return 2
    try:
        application()(arguments, prog_name="rosenblatt")
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    return 0


# typer, imported within the function, reads the annotations of the commands there: they cannot be
# strings, and so this module does without `from __future__ import annotations`.
def application() -> "typer.Typer":
    """Make the typer application with all commands.

    Returns
    -------
    typer.Typer

    Examples
    --------
    >>> from rosenblatt.cli import application
    >>> [command.name for command in application().registered_commands]
    ['demo', 'perceptron']
    """
    import typer

    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help="Shallow neural networks, trained on the CPU.",
    )

    def show_version(wanted: bool) -> None:
        if wanted:
            import rosenblatt

            typer.echo(f"rosenblatt {rosenblatt.__version__}")
            raise typer.Exit

    @app.callback()
    def options(
        version: Annotated[
            bool,
            typer.Option(
                "--version", callback=show_version, is_eager=True, help="Show the version and exit."
            ),
        ] = False,
    ) -> None:
        pass

    def parse_sizes(text: str) -> list[int]:
        words = [word.strip() for word in text.split(",")] if text.strip() else []
        if not all(re.fullmatch("0*[1-9][0-9]{0,5}", word) for word in words):
            raise typer.BadParameter(
                f"{text!r} is no list of sizes; give integers from 1 to 999999, as in 100 or 64,32",
                param_hint="'--hidden'",
            )
        return [int(word) for word in words]

    def failed(error: Exception, out_of_memory: str) -> typer.Exit:
        message = " ".join(str(error).split()) or type(error).__name__
        if isinstance(error, MemoryError):
            message = out_of_memory
        typer.echo(f"rosenblatt: {message}", err=True)
        return typer.Exit(1)

    @app.command("demo", help="Learn handwritten digits, and show and draw how well it went.")
    def run_demo(
        data: Annotated[
            Data,
            typer.Option(help="Which digits; auto: MNIST where it is found, else scikit-learn's."),
        ] = Data.AUTO,
        hidden: Annotated[
            str,
            typer.Option(help="Sizes of the hidden layers, with commas between.", metavar="SIZES"),
        ] = "100",
        epochs: Annotated[
            int | None,
            typer.Option(min=1, help="Passes over the images.", show_default="10 for MNIST, 40 for digits"),
        ] = None,
        seed: Annotated[
            int, typer.Option(min=0, max=2**32 - 1, help="Of everything that is drawn by lot.")
        ] = 0,
        output: Annotated[Path, typer.Option(help="Folder for the pictures.")] = Path("rosenblatt-demo"),
        quiet: Annotated[
            bool, typer.Option("--quiet", help="Show the summary only, not the training.")
        ] = False,
    ) -> None:
        sizes = parse_sizes(hidden)

        from rosenblatt import demo

        try:
            finished = demo.run(data.value, sizes, epochs, seed, output, quiet)
        except BrokenPipeError:
            raise  # whoever read our output has read enough: typer ends quietly
        except (ImportError, OSError, ValueError, MemoryError) as error:
            raise failed(error, f"not enough memory to learn with --hidden {hidden}") from error
        if not finished:
            raise typer.Exit(130)

    @app.command(
        "perceptron",
        help="Train one perceptron by the perceptron rule and show every step; where no line separates the "
        "two classes, show why.",
        epilog="Example: rosenblatt perceptron --data xor --epochs 10",
    )
    def run_perceptron(
        data: Annotated[
            str,
            typer.Option(
                help="and, or, xor, or a CSV file: numbers, and one of two labels in the last column.",
                metavar="and|or|xor|FILE.csv",
            ),
        ] = "and",
        eta: Annotated[float, typer.Option(help="Learning rate.")] = 1.0,
        epochs: Annotated[int, typer.Option(min=1, help="The most passes over the rows.")] = 100,
        json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    ) -> None:
        if not 0 < eta < float("inf"):
            raise typer.BadParameter(f"{eta} is not finite and positive", param_hint="'--eta'")

        from rosenblatt import rule_report

        try:
            typer.echo(rule_report.report(data, eta, epochs, json))
        except BrokenPipeError:
            raise
        except (OSError, ValueError, ArithmeticError, MemoryError) as error:
            raise failed(error, f"not enough memory to keep {epochs} epochs; see --epochs") from error

    return app
