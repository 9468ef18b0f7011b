"""The command line: `lianghua VERB SCENARIO... [options]`.

Exit codes: 0 done, 2 the user's mistake (one line, nothing written), 1 anything else, 130
interrupted. Tables go to files, progress to stderr, the answer to stdout. Heavy libraries are
loaded inside the commands that need them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.exceptions import TyperException

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
Seed = Annotated[int, typer.Option("--seed", help="seed of the run")]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="path=value, overrides a key; repeatable")
]
Language = Annotated[Lang, typer.Option("--lang", help="language of labels and figures")]
Check = Annotated[bool, typer.Option("--check", help="verify money, goods and people every month")]
Quiet = Annotated[bool, typer.Option("--quiet", help="no progress on stderr")]
Force = Annotated[bool, typer.Option("--force", help="write into a folder that is not empty")]
Workers = Annotated[int | None, typer.Option("--workers", help="processes; all cores by default")]


@app.command("run")
def run_command(
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
    from sim.compare import run
    from sim.core.files import Folder
    from sim.terminal import Bar, headline_of_run, written

    if out is not None:
        Folder(out, force).check()
    chosen, scale, seed = _scenario_or_result(scenario, settings or [], scale, seed)
    with Bar("months", quiet) as bar:
        results = run(chosen, scale=scale, seed=seed, until=until, check=check, progress=bar.update)
    headline_of_run(results, lang)
    if out is not None:
        from sim.report import write_run

        with Folder(out, force) as folder:
            results_to(results, folder.path, lang)
            write_run(results, folder.path, lang)
        written(folder.written)


@app.command("compare")
def compare_command(
    scenarios: Annotated[list[str], typer.Argument(help="two or more; the last is the baseline")],
    out: Out = None,
    scale: Scale = 0.05,
    until: Until = None,
    replicates: Annotated[int, typer.Option("--replicates", help="runs of each scenario")] = 10,
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
    from sim.compare import compare
    from sim.core.files import Folder
    from sim.terminal import Bar, headline_of_comparison, written

    if out is not None:
        Folder(out, force).check()
    with Bar("runs", quiet) as bar:
        comparison = compare(
            list(scenarios), scale=scale, replicates=replicates, seed=seed, workers=workers,
            until=until, settings=settings or [], baseline=baseline, check=check,
            progress=bar.update,
        )  # fmt: skip
    headline_of_comparison(comparison, lang)
    if out is not None:
        written(comparison.save(out, lang, force))


@app.command("scenarios")
def scenarios_command(lang: Language = "en") -> None:
    """List the shipped scenarios and what they ask."""
    from sim.scenario import Scenario

    for one in Scenario.listing():
        title, why = (getattr(text, lang) for text in (one.title, one.rationale))
        typer.echo(f"{one.name:24} {title}\n    {why}")


@app.command("describe")
def describe_command(
    what: Annotated[str, typer.Argument(help="month, outputs, supply, or a scenario")],
    scale: Scale = 0.05,
    settings: Settings = None,
    lang: Language = "en",
) -> None:
    """Print the month, the outputs, the supply graph, or a scenario."""
    from sim import describe

    pages = {"month": describe.month, "outputs": describe.outputs, "supply": describe.supply}
    if what in pages:
        typer.echo(pages[what](lang=lang, scale=scale))
    else:
        typer.echo(describe.scenario(what, settings or [], lang))


@app.command("schema")
def schema_command(out: Out = None) -> None:
    """Print the JSON schema of scenario files, for editors."""
    import json

    from sim.scenario import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=1)
    if out is None:
        typer.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(out, "--out", str(error.strerror), "a file that can be written") from None


@app.command("warm-up")
def warm_up_command(scale: Scale = 0.05) -> None:
    """Compile the kernels and make the population, so that the next command starts at once."""
    from sim.compare import warm_up
    from sim.scenario import Scenario

    warm_up(Scenario.load("document_2014"), scale)
    typer.echo("ready")


def results_to(results: Any, folder: Path, lang: str) -> None:
    """Tables and manifest of a run into an open folder."""
    from sim.results import write_manifest, write_table

    for name, frame in results.frames.items():
        write_table(frame, folder / name, results.manifest, lang)
    write_manifest(results.manifest, folder)


def _scenario_or_result(
    name: str, settings: list[str], scale: float, seed: int
) -> tuple[Any, float, int]:
    """A scenario with its settings, or what a result file says it was made with."""
    from sim.scenario import Scenario

    if not name.endswith(".parquet"):
        return Scenario.load(name, settings), scale, seed
    from sim.results import read_manifest

    made = read_manifest(Path(name))
    if "scenario" not in made or made.get("own_supply_graph"):
        raise InputError(name, "", "not a run on the shipped population", "a table of one run")
    scenario = Scenario.from_dict(made["settings"], made["scenario"], settings)
    return scenario, float(made["scale"]), int(made["seed"])


def main(arguments: list[str] | None = None) -> None:
    """Entry point: turns every failure into one line and an exit code."""
    sys.exit(_run(arguments))


def _run(arguments: list[str] | None) -> int:
    try:
        code = int(app(args=arguments, standalone_mode=False) or 0)
        # Typer turns an interrupt into this code without a word.
        return _say("interrupted; nothing was written", code) if code == 130 else code
    except InputError as error:
        return _say(str(error), 2)
    except TyperException as error:
        if "NoArgs" in type(error).__name__:
            print(error)
            return 2
        words = error.format_message() if hasattr(error, "format_message") else str(error)
        return _say(words + " (see lianghua --help)", 2)
    except (KeyboardInterrupt, typer.Abort):
        return _say("interrupted; nothing was written", 130)
    except BrokenPipeError:
        # The reader of a pipe went away; leave without a second error at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("LIANGHUA_TRACEBACK"):
            raise
        kind = type(error).__name__
        return _say(f"{kind}: {error} (LIANGHUA_TRACEBACK=1 shows where)", 1)


def _say(text: str, code: int) -> int:
    print("lianghua: " + " ".join(text.split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    main()
