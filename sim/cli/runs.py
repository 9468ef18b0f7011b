"""Commands that run scenarios: run, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import (
    Check,
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
from sim.scale import USUAL_SCALE


def run_command(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="name, TOML file or a result.parquet to repeat")],
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    until: Until = None,
    seed: Seed = 1,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    check: Check = False,
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Run one scenario; write tables, figures and a manifest."""
    from sim.comparison import run
    from sim.core.files import Folder
    from sim.terminal import Bar, checked, headline_of_run

    output = Output("run", out, force)
    asked = Asked(context, [scenario], "run")
    scale, seed = asked.options(scale=scale, seed=seed)
    with Bar("months", quiet) as bar:
        results = run(
            asked.scenarios[0], scale=scale, seed=seed, until=until,
            settings=settings or [], check=check,
            parameters=asked.parameters(parameters), progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(results.manifest)
    headline_of_run(results, lang)
    if check:
        checked(len(results.province), lang)

    def write(place: Path) -> list[Path]:
        from sim.report import write_run
        from sim.results import write_manifest

        with Folder(place, force) as folder:
            results.write(folder.path, lang=lang)
            write_run(results, folder.path, lang)
            write_manifest(results.manifest, folder.path)
        return folder.written

    output.save(write, lang)
    asked.note_changes(results.manifest)


def compare_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str],
        typer.Argument(help="two or more; the last is the baseline; or a result.parquet to repeat"),
    ],
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    until: Until = None,
    replicates: Replicates = 10,
    seed: Seed = 1,
    workers: Workers = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="scenario to compare with")
    ] = None,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    check: Check = False,
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Run scenarios side by side on common random numbers; write differences with intervals."""
    from sim.comparison import compare
    from sim.terminal import Bar, checked, headline_of_comparison

    output = Output("compare", out, force)
    asked = Asked(context, scenarios, "compare")
    scale, replicates, seed, baseline = asked.options(
        scale=scale, replicates=replicates, seed=seed, baseline=baseline
    )
    say_scale(scale, lang, quiet)
    with Bar("runs", quiet) as bar:
        comparison = compare(
            asked.scenarios, scale=scale, replicates=replicates, seed=seed, workers=workers,
            until=until, settings=settings or [], baseline=baseline, check=check,
            parameters=asked.parameters(parameters),
            progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(comparison.manifest)
    headline_of_comparison(comparison, lang)
    if check:
        checked(len(comparison.province), lang)
    output.save(lambda folder: comparison.save(folder, lang, force), lang)
    asked.note_changes(comparison.manifest)
