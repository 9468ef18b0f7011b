"""Commands that hold the model against what was observed: validate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Force, Language, Out, Quiet, Scale, Seed, Settings, Workers
from sim.cli.work import Output

Members = Annotated[int, typer.Option("--replicates", help="members of each ensemble")]


def validate_command(
    observations: Annotated[
        Path | None,
        typer.Argument(help="CSV: series, region, year, value; without it the shipped ones"),
    ] = None,
    scenario: Annotated[
        str, typer.Option("--scenario", help="scenario that is forecast")
    ] = "document_2014",
    saved: Annotated[
        Path | None, typer.Option("--from", help="score forecasts that --out wrote, without runs")
    ] = None,
    fits: Annotated[
        list[Path] | None,
        typer.Option("--draws", help="folder of a calibration to draw parameters from; repeatable"),
    ] = None,
    show_series: Annotated[
        bool, typer.Option("--series", help="list the series that a table may name")
    ] = False,
    out: Out = None,
    scale: Scale = 0.05,
    replicates: Members = 20,
    seed: Seed = 1,
    workers: Workers = None,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Score the model's forecasts on observations, beside baselines; write those of 2016-2017."""
    from calibration.draws import read_fits
    from calibration.hindcast import hindcast, load_forecasts
    from calibration.observations import read_observations, shipped
    from calibration.validation import validate
    from calibration.validation_terminal import series_list, validation_tables
    from sim.core.errors import InputError
    from sim.terminal import Bar

    if show_series:
        series_list(lang)
        return
    output = Output("validate", out, force)
    # Before any run, so that a wrong table costs no time.
    table = read_observations(observations) if observations is not None else shipped()
    if saved is not None:
        if settings or fits:
            option = "--set" if settings else "--draws"
            raise InputError("validate", option, str((settings or fits or [""])[0]), "no --from")
        forecasts = load_forecasts(saved)
    else:
        with Bar("runs", quiet) as bar:
            forecasts = hindcast(
                scenario, scale=scale, replicates=replicates, seed=seed, workers=workers,
                settings=settings or [], draws=read_fits(fits or []).of, progress=bar.update,
            )  # fmt: skip
    scored = validate(forecasts, table)
    validation_tables(scored, lang)
    output.save(lambda folder: scored.save(folder, lang, force), lang)
