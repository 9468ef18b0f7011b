"""Commands on evaluating a grant from firm data: panel, evaluators."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import (
    Force,
    Language,
    Out,
    Parameters,
    Quiet,
    Replicates,
    Scale,
    Seed,
    Settings,
    Until,
    Workers,
)
from sim.cli.repeat import Asked
from sim.cli.work import Output, say_scale

Grant = Annotated[str | None, typer.Option("--instrument", help="a project grant")]


def panel_command(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="name, TOML file or a panel.parquet to repeat")],
    instrument: Grant = None,
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    seed: Seed = 1,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Export firms by year as statistics would show them, with each firm's true effect beside."""
    from calibration.panel import panel
    from sim.core.errors import InputError
    from sim.core.files import Folder
    from sim.terminal import Bar, written

    if out is None:
        raise InputError("panel", "--out", "nothing", "a folder: the panel is a set of files")
    Folder(out, force).check()
    asked = Asked(context, [scenario], "panel")
    instrument, scale, seed = asked.options(
        instrument=instrument or "none", scale=scale, seed=seed
    )  # fmt: skip
    say_scale(scale, lang, quiet)
    with Bar("months", quiet) as bar:
        found = panel(
            asked.scenarios[0], instrument, scale=scale, seed=seed, until=until,
            settings=settings or [],
            parameters=asked.parameters(parameters), progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(found.manifest)
    written(out, found.save(out, lang, force))
    asked.note_changes(found.manifest)


def evaluators_command(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Argument(help="name, TOML file or an evaluators.parquet to repeat")
    ],
    instrument: Grant = None,
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    replicates: Replicates = 20,
    seed: Seed = 1,
    workers: Workers = None,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Evaluate the evaluators: bias and coverage of four methods on panels with known effects."""
    from calibration.evaluator_page import show
    from calibration.evaluator_trial import trial
    from sim.terminal import Bar

    output = Output("evaluators", out, force)
    asked = Asked(context, [scenario], "evaluators")
    instrument, scale, replicates, seed = asked.options(
        instrument=instrument or "none", scale=scale, replicates=replicates, seed=seed
    )
    say_scale(scale, lang, quiet)
    with Bar("replicates", quiet) as bar:
        found = trial(
            asked.scenarios[0], instrument, scale=scale, replicates=replicates, seed=seed,
            workers=workers, until=until, settings=settings or [],
            parameters=asked.parameters(parameters), progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(found.manifest)
    show(found, lang)
    output.save(lambda folder: found.save(folder, lang, force), lang)
    asked.note_changes(found.manifest)
