"""Searching for packages of the same budget: optimise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Force, Language, Quiet, Scale, Seed, Settings, Until, Workers
from sim.cli.repeat import options_of
from sim.cli.work import say_cost, say_scale


def optimise_command(
    context: typer.Context,
    study: Annotated[
        str, typer.Argument(help="study with a [search] table, or scenario; name or TOML file")
    ] = "document_2014",
    budget: Annotated[int, typer.Option("--budget", help="runs of the model in all")] = 4000,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with the search begun in --out")
    ] = False,
    out: Annotated[Path, typer.Option("--out", help="folder for results and evaluations")] = Path(
        "out/optimise"
    ),
    scale: Scale = 0.02,
    until: Until = None,
    seed: Seed = 1,
    workers: Workers = None,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Spend the same provincial budget otherwise: search for better packages and check them.

    Every run is stored in --out as it ends; after a kill, --resume goes on with what was given.
    """
    from calibration.fitted import discard
    from calibration.store import begun, size_of, stored
    from experiments.estimate import estimate_runs
    from experiments.packages import inquire, optimise_model
    from experiments.search_measures import FIGURES
    from experiments.search_store import WHAT
    from experiments.search_terminal import show
    from sim.comparison import check_counts
    from sim.core.files import Folder
    from sim.terminal import Bar, written

    if not resume:
        Folder(out, force).check()
    else:
        made = begun(out, WHAT)
        made = made | {"study": made["source"], "settings": made["set"]}
        study, budget, scale, until, seed, settings = options_of(
            context, made, study=study, budget=budget, scale=scale, until=until, seed=seed,
            settings=settings,
        )  # fmt: skip
    count = check_counts("optimise", 1, seed, workers)
    inquiry = inquire(
        study, budget, scale=scale, seed=seed, until=until, pairs=tuple(settings or ())
    )
    if force and not resume:
        discard(out)
    say_scale(scale, lang, quiet)
    if not quiet:
        split, runs = inquiry.split, inquiry.plan.runs
        size = runs * size_of(len(split.names) + len(FIGURES))
        left = max(runs - stored(out), 0)
        if left:  # the estimate is a trial run
            say_cost(estimate_runs(split.scenario, scale, seed, left, count, size), lang)
    with Bar("runs", quiet) as bar:

        def report(done: int, total: int, volume: float) -> None:
            bar.update(done, total, f"hypervolume {volume:.3f}" if volume == volume else "")

        found = optimise_model(out, inquiry, count, resume, report)
    show(found, lang)
    written(out, found.save(out, lang))
