"""The command line: `lianghua VERB SCENARIO... [options]`.

Exit codes: 0 done, 2 the user's mistake (one line, nothing written), 1 anything else, 130
interrupted, 143 terminated. Tables go to files, progress to stderr, the answer to stdout. Heavy
libraries are loaded inside the commands that need them.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from sim.core.errors import InputError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Lianghua (两化): simulate a province's industrial transformation and compare policies.",
)

Lang = Literal["zh", "en"]
Out = Annotated[Path | None, typer.Option("--out", help="folder for results")]
Scale = Annotated[float, typer.Option("--scale", help="share of the province's firms, 0.01 to 25")]
Until = Annotated[str | None, typer.Option("--until", help="last month, YYYY-MM")]
Replicates = Annotated[int, typer.Option("--replicates", help="runs of each scenario")]
Seed = Annotated[int, typer.Option("--seed", help="seed of the (first) run")]
Pairs = Annotated[int, typer.Option("--replicates", help="replicates of every twin run")]
Follow = Annotated[
    int, typer.Option("--follow", help="months that twins go on after the last month counted")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="path=value, overrides a key; repeatable")
]
Language = Annotated[Lang, typer.Option("--lang", help="language of labels and figures")]
Check = Annotated[bool, typer.Option("--check", help="verify money, goods and people every month")]
Quiet = Annotated[bool, typer.Option("--quiet", help="no progress on stderr")]
Force = Annotated[bool, typer.Option("--force", help="write into a folder that is not empty")]
Workers = Annotated[int | None, typer.Option("--workers", help="processes; all cores by default")]


def _show_version(wanted: bool) -> None:
    if wanted:
        import sim

        typer.echo(f"lianghua {sim.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="show version")
    ] = False,
) -> None:
    """What comes before the verb."""


@app.command("run")
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
    made = _manifest(scenario, "run")
    if made is None:
        chosen = Scenario.load(scenario, settings or [])
    else:
        chosen = Scenario.from_dict(made["settings"], made["scenario"], settings or [])
        scale, seed = (
            _given(context, name, value, made[name])
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
    _note_changes(made, results.manifest)


@app.command("compare")
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
    made = _manifest(scenarios[0], "compare") if len(scenarios) == 1 else None
    if made is not None:
        chosen = [Scenario.from_dict(made["settings"][name], name) for name in made["scenarios"]]
        scale, seed, replicates = (
            _given(context, name, value, made[name])
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
    _note_changes(made, comparison.manifest)


@app.command("scorecard")
def scorecard_command(
    context: typer.Context,
    scenarios: Annotated[
        list[str],
        typer.Argument(help="one or more; the last is the baseline; or a scorecard.parquet"),
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
    """Score the 49 targets of the 2014 document in each scenario, with intervals and chances."""
    from sim.core.files import Folder
    from sim.scenario import Scenario
    from sim.scoring import scorecard
    from sim.terminal import Bar, scorecard_tables, written

    if out is not None:
        Folder(out, force).check()
    chosen: Sequence[Scenario | str] = scenarios
    made = _manifest(scenarios[0], "scorecard") if len(scenarios) == 1 else None
    if made is not None:
        chosen = [Scenario.from_dict(made["settings"][name], name) for name in made["scenarios"]]
        scale, seed, replicates = (
            _given(context, name, value, made[name])
            for name, value in (("scale", scale), ("seed", seed), ("replicates", replicates))
        )
        baseline = baseline or made["baseline"]
    with Bar("runs", quiet) as bar:
        scored = scorecard(
            chosen, scale=scale, replicates=replicates, seed=seed, workers=workers, until=until,
            settings=settings or [], baseline=baseline, check=check, progress=bar.update,
        )  # fmt: skip
    scorecard_tables(scored, lang)
    if out is not None:
        written(out, scored.save(out, lang, force))
    _note_changes(made, scored.manifest)


story = typer.Typer(no_args_is_help=True, help="Tell what one firm or one city lived through.")
app.add_typer(story, name="story")


@story.command("firm")
def story_firm_command(
    uid: Annotated[str | None, typer.Argument(help="id of the firm")] = None,
    scenario: Annotated[str, typer.Argument(help="name or TOML file")] = "document_2014",
    example: Annotated[
        bool, typer.Option("--example", help="name firms worth a look instead")
    ] = False,
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    seed: Seed = 1,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """What one firm knew, asked, was offered, waited for, bought and gained, month by month."""
    from sim.core.files import Folder
    from sim.story import firm_examples, firm_story
    from sim.terminal import Bar, written

    if out is not None:
        Folder(out, force).check()
    chosen: dict[str, Any] = {
        "scale": scale, "seed": seed, "until": until, "settings": settings or []
    }  # fmt: skip
    if example:
        # Without an id the first word is the scenario.
        with Bar("months", quiet) as bar:
            found = firm_examples(uid or scenario, **chosen, progress=bar.update)
        typer.echo("\n".join(one.text(lang) for one in found))
        return
    if uid is None or not uid.isdecimal():
        raise InputError("story", "firm", uid, "an id such as 1207, or --example")
    with Bar("months", quiet) as bar:
        told = firm_story(scenario, int(uid), **chosen, progress=bar.update)
    typer.echo(told.text(lang))
    if out is not None:
        written(out, told.save(out, lang, force))


@story.command("city")
def story_city_command(
    city: Annotated[str, typer.Argument(help="name of the city")],
    scenario: Annotated[str, typer.Argument(help="name or TOML file")] = "document_2014",
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    seed: Seed = 1,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """A city's budget, choices and rank, and what its firms received."""
    from sim.core.files import Folder
    from sim.story import city_story
    from sim.terminal import Bar, written

    if out is not None:
        Folder(out, force).check()
    with Bar("months", quiet) as bar:
        told = city_story(
            scenario, city, scale=scale, seed=seed, until=until, settings=settings or [],
            progress=bar.update,
        )  # fmt: skip
    typer.echo(told.text(lang))
    if out is not None:
        written(out, told.save(out, lang, force))


@app.command("audit")
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
    scale: Scale = 0.05,
    seed: Seed = 1,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Trace an index of a place and year: total, classes, items, firms behind them, rank."""
    from sim.audit import audit
    from sim.core.files import Folder
    from sim.terminal import Bar, written

    if out is not None:
        Folder(out, force).check()
    with Bar("months", quiet) as bar:
        trail = audit(
            scenario, year=year, city=city, index=index, scale=scale, seed=seed,
            settings=settings or [], progress=bar.update,
        )  # fmt: skip
    typer.echo(trail.text(lang))
    if out is not None:
        written(out, trail.save(out, lang, force))


@app.command("ledger")
def ledger_command(
    context: typer.Context,
    scenario: Annotated[str, typer.Argument(help="name, TOML file or a ledger.parquet to repeat")],
    instruments: Annotated[
        list[str] | None, typer.Option("--instrument", help="switch off this one; repeatable")
    ] = None,
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    follow: Follow = 24,
    replicates: Pairs = 5,
    seed: Seed = 1,
    workers: Workers = None,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Class public money by twin runs without each instrument: additional, deadweight, ..."""
    from sim.additionality import ledger
    from sim.core.files import Folder
    from sim.scenario import Scenario
    from sim.terminal import Bar, ledger_tables, written

    if out is not None:
        Folder(out, force).check()
    chosen: Scenario | str = scenario
    made = _manifest(scenario, "ledger")
    if made is not None:
        chosen = Scenario.from_dict(made["settings"], made["scenario"])
        scale, seed, replicates, follow = (
            _given(context, name, value, made[name])
            for name, value in (
                ("scale", scale), ("seed", seed), ("replicates", replicates), ("follow", follow),
            )
        )  # fmt: skip
        instruments = instruments or made["instruments"]
    with Bar("twins", quiet) as bar:
        found = ledger(
            chosen, instruments or [], scale=scale, replicates=replicates, seed=seed,
            workers=workers, until=until, follow=follow, settings=settings or [],
            progress=bar.update,
        )  # fmt: skip
    ledger_tables(found, lang)
    if out is not None:
        written(out, found.save(out, lang, force))
    _note_changes(made, found.manifest)


@app.command("laboratory")
def laboratory_command(
    scenario: Annotated[str, typer.Argument(help="name or TOML file")],
    instrument: Annotated[str, typer.Option("--instrument", help="a project grant")],
    rules: Annotated[
        str, typer.Option("--rules", help="allocation rules, with commas between")
    ] = "formula,contest,lottery,threshold,first_come",
    noise: Annotated[
        list[float] | None,
        typer.Option("--noise", help="error of a contest's jury, 0 to inf; repeatable"),
    ] = None,
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    follow: Follow = 24,
    replicates: Pairs = 5,
    seed: Seed = 1,
    workers: Workers = None,
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """Hand out one instrument's budget by each allocation rule and compare who wins and adds."""
    from sim.allocation_rules import laboratory
    from sim.core.files import Folder
    from sim.terminal import Bar, laboratory_table, written

    if out is not None:
        Folder(out, force).check()
    with Bar("replicates", quiet) as bar:
        found = laboratory(
            scenario, instrument, rules=[name.strip() for name in rules.split(",") if name.strip()],
            noise=noise or [], scale=scale, replicates=replicates, seed=seed, workers=workers,
            until=until, follow=follow, settings=settings or [], progress=bar.update,
        )  # fmt: skip
    laboratory_table(found, lang)
    if out is not None:
        written(out, found.save(out, lang, force))


@app.command("scenarios")
def scenarios_command(lang: Language = "en") -> None:
    """List the shipped scenarios and what they ask."""
    from sim import describe

    typer.echo(describe.scenarios(lang))


@app.command("describe")
def describe_command(
    what: Annotated[
        str,
        typer.Argument(help="month, outputs, supply, programme, model-card, or a scenario"),
    ],
    out: Out = None,
    scale: Scale = 0.05,
    settings: Settings = None,
    lang: Language = "en",
    force: Force = False,
) -> None:
    """Print the month, outputs, supply graph, programme, model card, or a scenario."""
    from sim import describe
    from sim.core.files import Folder

    if out is not None:
        Folder(out, force).check()
    pages = {
        "month": describe.month, "outputs": describe.outputs, "supply": describe.supply,
        "programme": describe.programme, "model-card": describe.model_card,
    }  # fmt: skip
    page = pages.get(what)
    if page is not None:
        text = page(settings or [], lang, scale)
    else:
        text = describe.scenario(what, settings or [], lang)
    if out is None:
        typer.echo(text)
        return
    with Folder(out, force) as folder:
        name = f"{what}.md" if what == "model-card" else f"{Path(what).stem}.txt"
        (folder.path / name).write_text(text + "\n", encoding="utf-8")
    for path in folder.written:
        typer.echo(path)


@app.command("schema")
def schema_command(out: Out = None, force: Force = False) -> None:
    """Print the JSON schema of scenario files, for editors; with --out, write schema.json."""
    import json

    from sim.core.files import Folder
    from sim.scenario import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    with Folder(out, force) as folder:
        (folder.path / "schema.json").write_text(text, encoding="utf-8")
    for path in folder.written:
        typer.echo(path)


@app.command("warm-up")
def warm_up_command(scale: Scale = 0.05) -> None:
    """Compile the kernels and make the population, so that the next command starts at once."""
    from sim.core.compile import cache_directory
    from sim.scenario import Scenario
    from sim.workers import warm_up

    warm_up(Scenario.load("document_2014"), scale)
    typer.echo(f"ready: {cache_directory()}")


def _manifest(name: str, command: str) -> dict[str, Any] | None:
    """What a result file says it was made with; None if this is no result file."""
    if not name.endswith(".parquet"):
        return None
    from sim.results import read_manifest

    made = read_manifest(Path(name))
    if made.get("own_supply_graph"):
        raise InputError(name, "", "a run on a supply graph of its own", "the shipped population")
    kind = str(made.get("command", "run"))
    if kind != command:
        raise InputError(name, "", f"a result of {kind}", f"one of {command}: try lianghua {kind}")
    return made


def _given(context: typer.Context, name: str, value: Any, made: Any) -> Any:
    """An option if it stands on the command line, else what the result was made with."""
    source = context.get_parameter_source(name)
    return value if source is not None and source.name == "COMMANDLINE" else made


def _note_changes(made: dict[str, Any] | None, now: dict[str, Any]) -> None:
    """Say so if a repeated result comes from another version, library or data file."""
    if made is None:
        return
    changed = [key for key in ("version",) if made.get(key) != now[key]]
    for part in ("versions", "data"):
        before = made.get(part, {})
        changed += [key for key in now[part] if before.get(key) != now[part][key]]
    if changed:
        _say(f"note: since that result these changed: {', '.join(changed)}", 0)


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
    try:
        # A terminal that has no Chinese shows question marks, which is better than nothing.
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        code = int(app(args=arguments, standalone_mode=False) or 0)
        sys.stdout.flush()
        # Typer turns an interrupt into this code without a word.
        return _say("interrupted", code) if code == 130 else code
    except InputError as error:
        return _say(str(error), 2)
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
    print("lianghua: " + " ".join(text.split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
