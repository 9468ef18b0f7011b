"""Commands that answer in words: story, scenarios, describe, schema; and warm-up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.cli.options import (
    Force,
    Language,
    Out,
    Parameters,
    Quiet,
    Scale,
    Seed,
    Settings,
    Until,
)
from sim.cli.repeat import say_notes
from sim.cli.work import Output
from sim.core.errors import InputError
from sim.scale import USUAL_SCALE

story = typer.Typer(no_args_is_help=True, help="Tell what one firm or one city lived through.")


@story.command("firm")
def story_firm_command(
    uid: Annotated[str | None, typer.Argument(help="id of the firm")] = None,
    scenario: Annotated[str, typer.Argument(help="name or TOML file")] = "document_2014",
    example: Annotated[
        bool, typer.Option("--example", help="name firms worth a look instead")
    ] = False,
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    until: Until = None,
    seed: Seed = 1,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """What one firm knew, asked, was offered, waited for, bought and gained, month by month."""
    from sim.story import firm_examples, firm_story
    from sim.terminal import Bar

    output = Output("story", out, force)
    chosen: dict[str, Any] = {
        "scale": scale, "seed": seed, "until": until, "settings": settings or [],
        "parameters": parameters,
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
    say_notes(told.manifest)
    output.save(lambda folder: told.save(folder, lang, force), lang)


@story.command("city")
def story_city_command(
    city: Annotated[str, typer.Argument(help="name of the city")],
    scenario: Annotated[str, typer.Argument(help="name or TOML file")] = "document_2014",
    out: Out = None,
    scale: Scale = USUAL_SCALE,
    until: Until = None,
    seed: Seed = 1,
    parameters: Parameters = "posterior",
    settings: Settings = None,
    lang: Language = "en",
    quiet: Quiet = False,
    force: Force = False,
) -> None:
    """A city's budget, choices and rank, and what its firms received."""
    from sim.story import city_story
    from sim.terminal import Bar

    output = Output("story", out, force)
    with Bar("months", quiet) as bar:
        told = city_story(
            scenario, city, scale=scale, seed=seed, until=until, settings=settings or [],
            parameters=parameters, progress=bar.update,
        )  # fmt: skip
    typer.echo(told.text(lang))
    say_notes(told.manifest)
    output.save(lambda folder: told.save(folder, lang, force), lang)


def scenarios_command(lang: Language = "en") -> None:
    """List the shipped scenarios and what they ask."""
    from sim import describe

    typer.echo(describe.scenarios(lang))


def describe_command(
    what: Annotated[
        str,
        typer.Argument(
            help="month, outputs, supply, programme, model-card, evidence, or a scenario"
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="folder for results; of evidence a file .html")
    ] = None,
    scale: Scale = USUAL_SCALE,
    settings: Settings = None,
    fit: Annotated[
        Path | None, typer.Option("--fit", help="a calibration's folder, for evidence")
    ] = None,
    sensitivity: Annotated[
        Path | None, typer.Option("--sensitivity", help="results of sensitivity, for evidence")
    ] = None,
    validation: Annotated[
        Path | None, typer.Option("--validation", help="results of validate, for evidence")
    ] = None,
    lang: Language = "en",
    force: Force = False,
) -> None:
    """Print the month, outputs, supply, programme, model card, evidence, or a scenario."""
    from sim import describe
    from sim.core.files import Folder

    folders = {"fit": fit, "sensitivity": sensitivity, "validation": validation}
    if what == "evidence":
        _evidence(out, scale, settings or [], folders, lang, force)
        return
    for option, given in folders.items():
        if given is not None:
            raise InputError("describe", f"--{option}", what, "evidence")
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
        _check_topic(what, [*pages, "evidence"])
        text = describe.scenario(what, settings or [], lang)
    if out is None:
        typer.echo(text)
        return
    with Folder(out, force) as folder:
        name = f"{what}.md" if what == "model-card" else f"{Path(what).stem}.txt"
        (folder.path / name).write_text(text + "\n", encoding="utf-8")
    for path in folder.written:
        typer.echo(path)


def _check_topic(what: str, topics: list[str]) -> None:
    """Refuse a word that is neither a topic nor a scenario, with those most like it."""
    from sim.scenario_files import closest, find, matching

    try:
        find(what)
    except InputError as error:
        allowed = f"{closest(what, [*topics, *matching('*')])}, or a path ending in .toml"
        raise InputError("describe", "", error.given, allowed) from None


def _evidence(
    out: Path | None,
    scale: float,
    settings: list[str],
    folders: dict[str, Path | None],
    lang: str,
    force: bool,
) -> None:
    """The evidence page: into one file, or its summary on the terminal."""
    from calibration import evidence_page
    from calibration.evidence import evidence
    from calibration.evidence_studies import SENSITIVITY, VALIDATION
    from calibration.evidence_tables import central_fit, read_fit_table, read_results
    from sim.core.files import Folder
    from sim.terminal import Bar

    if settings:
        raise InputError("describe evidence", "--set", settings[0], "the 2014 programme as it is")
    if out is not None:
        evidence_page.check(out, force)
    output = Output("describe-evidence", None, force)
    sensitivity = read_results(folders["sensitivity"], "sensitivity", SENSITIVITY)
    validation = read_results(folders["validation"], "validate", VALIDATION)
    fit = read_fit_table(folders["fit"])
    if fit is None:
        with Bar("runs", False) as bar:
            fit = central_fit(scale, bar.update)
    parts = evidence(fit, lang, sensitivity, validation)
    made = evidence_page.manifest(fit, sensitivity, validation)
    command = evidence_page.repeat(lang, scale, folders)

    def kept(into: Path) -> list[Path]:
        with Folder(into, force) as folder:
            page = evidence_page.html(parts, made, lang, command)
            evidence_page.write(page, folder.path / "evidence.html")
        return folder.written

    if out is None:
        evidence_page.show(parts, lang)
        output.save(kept, lang)
        return
    evidence_page.write(evidence_page.html(parts, made, lang, command), out)
    typer.echo(out)


def schema_command(
    study: Annotated[
        bool, typer.Option("--study", help="of study files instead of scenario files")
    ] = False,
    out: Out = None,
    force: Force = False,
) -> None:
    """Print the JSON schema of scenario files, for editors; with --out, write schema.json."""
    import json

    from experiments.study_file import json_schema as of_studies
    from sim.core.files import Folder
    from sim.scenario import json_schema as of_scenarios

    schema = of_studies() if study else of_scenarios()
    text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    if out is None:
        typer.echo(text, nl=False)
        return
    with Folder(out, force) as folder:
        (folder.path / "schema.json").write_text(text, encoding="utf-8")
    for path in folder.written:
        typer.echo(path)


def warm_up_command(scale: Scale = USUAL_SCALE) -> None:
    """Compile the kernels and make the population, so that the next command starts at once."""
    from sim.core.compile import cache_directory
    from sim.scenario import Scenario
    from sim.workers import warm_up

    warm_up(Scenario.load("document_2014"), scale)
    typer.echo(f"ready: {cache_directory()}")
