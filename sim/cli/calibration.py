"""Fitting the model to what was observed: calibrate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from sim.cli.options import Force, Language, Quiet, Scale, Seed, Workers
from sim.cli.repeat import options_of
from sim.cli.work import say_cost, say_scale


def calibrate_command(
    context: typer.Context,
    budget: Annotated[int, typer.Option("--budget", help="runs of the model in all")] = 2000,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with the calibration begun in --out")
    ] = False,
    out: Annotated[Path, typer.Option("--out", help="folder for results and evaluations")] = Path(
        "out/calibration"
    ),
    scale: Scale = 0.05,
    replicates: Annotated[int, typer.Option("--replicates", help="runs of each point")] = 2,
    method: Annotated[
        Literal["cma", "tpe"], typer.Option("--method", help="how the best point is searched")
    ] = "cma",
    parameters: Annotated[
        list[str] | None,
        typer.Option("--parameter", help="dotted key, * allowed; repeatable; else the chosen ones"),
    ] = None,
    last_year: Annotated[
        int, typer.Option("--last-year", help="use observations up to this year, 2012 to 2015")
    ] = 2015,
    seed: Seed = 1,
    workers: Workers = None,
    recovery: Annotated[
        bool, typer.Option("--recovery", help="test also on data made at known parameters")
    ] = False,
    install: Annotated[
        bool, typer.Option("--install", help="make the result the one the package ships")
    ] = False,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Fit parameters to observations up to 2015; write values, posterior draws and a fit report.

    Every run is stored in --out as it ends; after a kill, --resume goes on with what was given.
    """
    from calibration import fitted
    from calibration.calibrate import Plan
    from calibration.evaluation import Setting
    from calibration.priors import select
    from calibration.store import begun, size_of, stored
    from experiments.estimate import estimate_runs
    from sim.comparison import check_counts
    from sim.core.files import Folder
    from sim.terminal import Bar, calibration_table, written

    if not resume:
        Folder(out, force).check()
    else:
        budget, scale, replicates, method, parameters, last_year, seed = options_of(
            context, begun(out), budget=budget, scale=scale, replicates=replicates, method=method,
            parameters=parameters, last_year=last_year, seed=seed,
        )  # fmt: skip
    count = check_counts("calibrate", replicates, seed, workers)
    setting = Setting(scale=scale, replicates=replicates, first_seed=seed, last_year=last_year)
    plan = Plan(budget, replicates, method, seed, recovery)
    chosen = parameters or fitted.PARAMETERS
    plan.check(len(select(chosen)))
    if force and not resume:
        fitted.discard(out)
    say_scale(scale, lang, quiet)
    if not quiet:
        size = plan.runs * size_of(len(select(chosen)) + len(setting.names))
        left = max(plan.runs - stored(out), 0)
        if left:  # the estimate is a trial run
            say_cost(estimate_runs(setting.base(), scale, seed, left, count, size), lang)
    with Bar("runs", quiet) as bar:

        def report(done: int, total: int, best: float) -> None:
            bar.update(done, total, f"best distance {best:.3f}" if best == best else "")

        found = fitted.calibrate_model(out, setting, plan, chosen, count, resume, report)
    calibration_table(found.tables(), found.labels(lang), lang, found.lost(lang))
    written(out, found.save(out, lang))
    if install:
        for path in fitted.install(out):
            print(path)
