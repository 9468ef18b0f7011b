"""The command line: `lianghua VERB SCENARIO... [options]`.

Exit codes: 0 done, 2 the user's mistake (one line, nothing written), 1 anything else, 130
interrupted, 143 terminated. Tables go to files, progress to stderr, the answer to stdout. Heavy
libraries are loaded inside the commands that need them.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sim.cli import (
    batch,
    batch_results,
    calibration,
    evaluation,
    evaluators,
    optimise,
    pages,
    report,
    runs,
    sensitivity,
    streams,
    validation,
    view,
)
from sim.core.errors import InputError, NotFiniteError, printable

COMMANDS: dict[str, Any] = {
    "run": runs.run_command,
    "compare": runs.compare_command,
    "scorecard": evaluation.scorecard_command,
    "ledger": evaluation.ledger_command,
    "laboratory": evaluation.laboratory_command,
    "audit": evaluation.audit_command,
    "validate": validation.validate_command,
    "sensitivity": sensitivity.sensitivity_command,
    "calibrate": calibration.calibrate_command,
    "batch": batch.batch_command,
    "merge": batch.merge_command,
    "report": report.report_command,
    "optimise": optimise.optimise_command,
    "query": batch_results.query_command,
    "export": batch_results.export_command,
    "panel": evaluators.panel_command,
    "evaluators": evaluators.evaluators_command,
    "view": view.view_command,
    "story": pages.story,
    "scenarios": pages.scenarios_command,
    "describe": pages.describe_command,
    "schema": pages.schema_command,
    "warm-up": pages.warm_up_command,
}
"""Every command by name, in the order of the help."""


class _InOrder(TyperGroup):
    """The commands as `COMMANDS` has them; Typer would put groups of commands last."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)


app = typer.Typer(
    cls=_InOrder,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Lianghua (两化): simulate a province's industrial transformation and compare policies.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        import sim

        typer.echo(f"lianghua {sim.__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="show version")
    ] = False,
) -> None:
    """What comes before the verb."""


for _name, _command in COMMANDS.items():
    if isinstance(_command, typer.Typer):
        app.add_typer(_command, name=_name)
    else:
        app.command(_name)(_command)


class _Terminated(SystemExit):
    """Somebody asked this process to end."""


def main(arguments: list[str] | None = None) -> None:
    """Entry point: turns every failure into one line and an exit code."""
    for name in ("SIGTERM", "SIGHUP"):
        # Ending in order removes temporary folders and workers. nohup ignores SIGHUP: it stays so.
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, _terminate)
    sys.exit(_run(arguments))


def _terminate(number: int, frame: Any) -> None:
    raise _Terminated(128 + number)


def _run(arguments: list[str] | None) -> int:
    streams.prepare()
    try:
        code = int(app(args=arguments, standalone_mode=False) or 0)
        problem = streams.problem()
        if problem is not None:
            return _say(f"stdout: {problem.strerror}", code or 1)
        # Typer turns an interrupt into this code without a word.
        return _say("interrupted", code) if code == 130 else code
    except InputError as error:
        return _say(str(error), 2)
    except NotFiniteError as error:
        return _say(str(error), 1)
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted", 130)
    except _Terminated as end:
        return _say("terminated", int(end.code or 0))
    except (BrokenPipeError, SystemExit):
        # The reader of a pipe went away, which Typer turns into an exit; leave without a second
        # error when the interpreter flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        # Usage errors have this in every version of Typer, whatever their class.
        if hasattr(error, "format_message"):
            if "NoArgs" in type(error).__name__:
                print(error.format_message(), file=sys.stderr)
                return 2
            return _say(error.format_message() + " (see lianghua --help)", 2)
        if os.environ.get("LIANGHUA_TRACEBACK"):
            raise
        kind = type(error).__name__
        return _say(f"{kind}: {error} (LIANGHUA_TRACEBACK=1 shows where)", 1)


def _say(text: str, code: int) -> int:
    print("lianghua: " + printable(" ".join(text.split())), file=sys.stderr)
    return code
