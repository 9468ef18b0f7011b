"""Commands that judge a programme: scorecard, ledger, laboratory, audit."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from sim.cli.options import (
    Check,
    Follow,
    Force,
    Language,
    Out,
    Pairs,
    Parameters,
    Quiet,
    Replicates,
    Scale,
    Seed,
    Settings,
    Until,
    Workers,
)
from sim.cli.repeat import Asked, say_notes
from sim.cli.work import Output, say_scale
from sim.scale import USUAL_SCALE


def scorecard_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str],
        typer.Argument(help="one or more; the last is the baseline; or a scorecard.parquet"),
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
    """Score the 49 targets of the 2014 document in each scenario, with intervals and chances."""
    from sim.core.clock import month_number
    from sim.scoring import scorecard
    from sim.terminal import Bar, checked, scorecard_tables

    output = Output("scorecard", out, force)
    asked = Asked(context, scenarios, "scorecard")
    scale, replicates, seed, baseline = asked.options(
        scale=scale, replicates=replicates, seed=seed, baseline=baseline
    )
    say_scale(scale, lang, quiet)
    with Bar("runs", quiet) as bar:
        scored = scorecard(
            asked.scenarios, scale=scale, replicates=replicates, seed=seed, workers=workers,
            until=until, settings=settings or [], baseline=baseline, check=check,
            parameters=asked.parameters(parameters),
            progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(scored.manifest)
    scorecard_tables(scored, lang)
    if check:
        spans = [month_number(one.time.end) - month_number(one.time.start) + 1
                 for one in scored.scenarios]  # fmt: skip
        checked(scored.replicates * sum(spans), lang)
    output.save(lambda folder: scored.save(folder, lang, force), lang)
    asked.note_changes(scored.manifest)


def ledger_command(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="name, TOML file or a ledger.parquet to repeat")],
    instruments: Annotated[
        list[str] | None, typer.Option("--instrument", help="switch off this one; repeatable")
    ] = None,
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    until: Until = None,
    follow: Follow = 24,
    replicates: Pairs = 5,
    seed: Seed = 1,
    workers: Workers = None,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Class public money by twin runs without each instrument: additional, deadweight, ..."""
    from sim.additionality import ledger
    from sim.terminal import Bar, ledger_tables

    output = Output("ledger", out, force)
    asked = Asked(context, [scenario], "ledger")
    instruments, scale, follow, replicates, seed = asked.options(
        instruments=instruments, scale=scale, follow=follow, replicates=replicates, seed=seed
    )
    say_scale(scale, lang, quiet)
    with Bar("twins", quiet) as bar:
        found = ledger(
            asked.scenarios[0], instruments or [], scale=scale, replicates=replicates, seed=seed,
            workers=workers, until=until, follow=follow, settings=settings or [],
            parameters=asked.parameters(parameters), progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(found.manifest)
    ledger_tables(found, lang)
    output.save(lambda folder: found.save(folder, lang, force), lang)
    asked.note_changes(found.manifest)


def laboratory_command(
    context: typer.Context,
    scenario: Annotated[
        str, typer.Argument(help="name, TOML file or a laboratory.parquet to repeat")
    ],
    instrument: Annotated[str | None, typer.Option("--instrument", help="a project grant")] = None,
    rules: Annotated[
        str | None, typer.Option("--rules", help="allocation rules, with commas between; else all")
    ] = None,
    noise: Annotated[
        list[float] | None,
        typer.Option("--noise", help="error of a contest's jury, 0 to inf; repeatable"),
    ] = None,
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    until: Until = None,
    follow: Follow = 24,
    replicates: Pairs = 5,
    seed: Seed = 1,
    workers: Workers = None,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Hand out one instrument's budget by each allocation rule and compare who wins and adds."""
    from sim.allocation_rules import RULES, laboratory
    from sim.terminal import Bar, laboratory_table

    output = Output("laboratory", out, force)
    asked = Asked(context, [scenario], "laboratory")
    instrument, names, noise, scale, follow, replicates, seed = asked.options(
        instrument=instrument or "none",
        rules=RULES if rules is None else [one.strip() for one in rules.split(",") if one.strip()],
        noise=noise or [], scale=scale, follow=follow, replicates=replicates, seed=seed,
    )  # fmt: skip
    say_scale(scale, lang, quiet)
    with Bar("replicates", quiet) as bar:
        found = laboratory(
            asked.scenarios[0], instrument, rules=names, noise=[float(one) for one in noise or []],
            scale=scale, replicates=replicates, seed=seed, workers=workers, until=until,
            follow=follow, settings=settings or [],
            parameters=asked.parameters(parameters), progress=bar.update,
        )  # fmt: skip
    asked.keep_settings(found.manifest)
    laboratory_table(found, lang)
    output.save(lambda folder: found.save(folder, lang, force), lang)
    asked.note_changes(found.manifest)


def audit_command(
    scenario: Annotated[str, typer.Argument(help="name or TOML file")],
    year: Annotated[int, typer.Option("--year", help="data year; its edition is the year after")],
    city: Annotated[
        str | None, typer.Option("--city", help="a city, such as Hangzhou; else the province")
    ] = None,
    index: Annotated[
        Literal["two_integration", "informatization"], typer.Option("--index", help="which index")
    ] = "two_integration",
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    seed: Seed = 1,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Trace an index of a place and year: total, classes, items, firms behind them, rank."""
    from sim.audit import audit
    from sim.terminal import Bar

    output = Output("audit", out, force)
    with Bar("months", quiet) as bar:
        trail = audit(
            scenario, year=year, city=city, index=index, scale=scale, seed=seed,
            settings=settings or [], parameters=parameters, progress=bar.update,
        )  # fmt: skip
    typer.echo(trail.text(lang))
    say_notes(trail.manifest)
    output.save(lambda folder: trail.save(folder, lang, force), lang)
