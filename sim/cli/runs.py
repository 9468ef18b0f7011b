"""Commands that run scenarios: run, compare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from sim.cli.options import (
    Check,
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
from sim.cli.repeat import given, manifest_of, note_changes


def run_command(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="name, TOML file or a result.parquet to repeat")],
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    seed: Seed = 1,
    settings: Settings = None,
    lang: Language = "en",
    check: Check = False,
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Run one scenario; write tables, figures and a manifest."""
    from sim.comparison import run
    from sim.core.files import Folder
    from sim.scenario import Scenario
    from sim.terminal import Bar, headline_of_run, written

    if out is not None:
        Folder(out, force).check()
    made = manifest_of(scenario, "run")
    if made is None:
        chosen = Scenario.load(scenario, settings or [])
    else:
        chosen = Scenario.from_dict(made["settings"], made["scenario"], settings or [])
        scale, seed = (
            given(context, name, value, made[name])
            for name, value in (("scale", scale), ("seed", seed))
        )
    with Bar("months", quiet) as bar:
        results = run(chosen, scale=scale, seed=seed, until=until, check=check, progress=bar.update)
    headline_of_run(results, lang)
    if out is not None:
        from sim.report import write_run
        from sim.results import write_manifest

        with Folder(out, force) as folder:
            results.write(folder.path, lang=lang)
            write_run(results, folder.path, lang)
            write_manifest(results.manifest, folder.path)
        written(out, folder.written)
    note_changes(made, results.manifest)


def compare_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str],
        typer.Argument(help="two or more; the last is the baseline; or a result.parquet to repeat"),
    ],
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    replicates: Replicates = 10,
    seed: Seed = 1,
    workers: Workers = None,
    baseline: Annotated[
        str | None, typer.Option("--baseline", help="scenario to compare with")
    ] = None,
    settings: Settings = None,
    lang: Language = "en",
    check: Check = False,
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Run scenarios side by side on common random numbers; write differences with intervals."""
    from sim.comparison import compare
    from sim.core.files import Folder
    from sim.scenario import Scenario
    from sim.terminal import Bar, headline_of_comparison, written

    if out is not None:
        Folder(out, force).check()
    chosen: Sequence[Scenario | str] = scenarios
    made = manifest_of(scenarios[0], "compare") if len(scenarios) == 1 else None
    if made is not None:
        chosen = [Scenario.from_dict(made["settings"][name], name) for name in made["scenarios"]]
        scale, seed, replicates = (
            given(context, name, value, made[name])
            for name, value in (("scale", scale), ("seed", seed), ("replicates", replicates))
        )
        baseline = baseline or made["baseline"]
    with Bar("runs", quiet) as bar:
        comparison = compare(
            chosen, scale=scale, replicates=replicates, seed=seed, workers=workers, until=until,
            settings=settings or [], baseline=baseline, check=check, progress=bar.update,
        )  # fmt: skip
    headline_of_comparison(comparison, lang)
    if out is not None:
        written(out, comparison.save(out, lang, force))
    note_changes(made, comparison.manifest)
