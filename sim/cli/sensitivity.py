"""The command that says what moves what: sensitivity."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import (
    Force,
    Language,
    Out,
    Quiet,
    Replicates,
    Scale,
    Seed,
    Settings,
    Until,
    Workers,
)


def sensitivity_command(
    scenario: Annotated[str, typer.Argument(help="name or TOML file")] = "document_2014",
    methods: Annotated[
        list[str] | None,
        typer.Option("--method", help="morris, sobol, phase, variance or all; repeatable"),
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", help="only this parameter, by key or pattern; repeatable"),
    ] = None,
    budget: Annotated[
        int, typer.Option("--budget", help="runs that morris, sobol and variance may each use")
    ] = 1000,
    most: Annotated[
        int, typer.Option("--most", help="parameters of sobol, the most important of morris")
    ] = 12,
    forces: Annotated[
        str, typer.Option("--forces", help="two of contagion, payback, subsidy, for phase")
    ] = "contagion,payback",
    cells: Annotated[int, typer.Option("--cells", help="strengths of each force, for phase")] = 9,
    against: Annotated[
        str | None,
        typer.Option("--against", help="scenario that additional users are counted against"),
    ] = None,
    draws: Annotated[
        str,
        typer.Option(
            "--draws",
            help="what variance draws parameters from: posterior (the shipped fit, where there is"
            " one), prior, or a calibration's folder",
        ),
    ] = "posterior",
    out: Out = None,
    scale: Scale = 0.02,
    until: Until = None,
    replicates: Replicates = 2,
    seed: Seed = 1,
    workers: Workers = None,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Say what moves what: screening, variance indices, phase diagram, parts of variance."""
    from calibration.plan import METHODS, planned
    from calibration.study import study
    from calibration.study_terminal import show
    from sim.core.files import Folder
    from sim.terminal import Bar, written

    if out is not None:
        Folder(out, force).check()
    chosen = METHODS if not methods or "all" in methods else methods
    plan = planned(
        scenario, methods=chosen, parameters=parameters or [], scale=scale, budget=budget,
        replicates=replicates, seed=seed, workers=workers, until=until, settings=settings or [],
        against=against, most=most, pair=[name.strip() for name in forces.split(",")],
        cells=cells, draws=draws,
    )  # fmt: skip
    with Bar("runs", quiet) as bar:
        found = study(plan, bar.update)
    show(found, lang)
    if out is not None:
        written(out, found.save(out, lang, force))
