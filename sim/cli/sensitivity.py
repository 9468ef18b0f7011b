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
from sim.cli.work import Output, say_cost, say_scale


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
    from experiments.estimate import estimate_runs
    from sim.terminal import Bar

    output = Output("sensitivity", out, force)
    chosen = METHODS if not methods or "all" in methods else methods
    plan = planned(
        scenario, methods=chosen, parameters=parameters or [], scale=scale, budget=budget,
        replicates=replicates, seed=seed, workers=workers, until=until, settings=settings or [],
        against=against, most=most, pair=[name.strip() for name in forces.split(",")],
        cells=cells, draws=draws,
    )  # fmt: skip
    say_scale(scale, lang, quiet)
    if not quiet:
        cost = estimate_runs(
            plan.scenario, scale, seed, plan.provinces, plan.ensemble.workers, plan.size
        )  # fmt: skip
        say_cost(cost, lang)
    with Bar("runs", quiet) as bar:
        found = study(plan, bar.update)
    show(found, lang)
    output.save(lambda folder: found.save(folder, lang, force), lang)
