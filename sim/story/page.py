"""What every story can do: be read as text or as one HTML page, and be saved with its tables."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.circumstances import CENTRAL, POSTERIOR, parameters_of
from sim.core.clock import Clock
from sim.core.errors import InputError
from sim.core.files import Folder
from sim.model import Province
from sim.outputs import TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.report.html import STYLE
from sim.report.text import TEXT
from sim.results import write_manifest, write_table
from sim.scenario import Scenario
from sim.scenario_files import toml_value
from sim.story.phrases import Phrases
from sim.story.words import WORDS
from sim.words import circumstances
from sim.world.tables import BARRIERS, TECHNOLOGIES

Progress = Callable[[int, int], None]


class Part(NamedTuple):
    """A heading, the lines below it, and how far each is indented (0, 1, 2)."""

    title: str
    lines: Sequence[tuple[int, str]]


class Story:
    """One firm's or one city's story; `manifest` is of the run it is of."""

    manifest: dict[str, Any]

    def parts(self, lang: str) -> list[Part]:
        """The story in words; the first part is its title and whom it is of."""
        raise NotImplementedError

    def frames(self) -> dict[str, pd.DataFrame]:
        """The story as tables, by name."""
        raise NotImplementedError

    @property
    def command(self) -> str:
        """The command line that tells this story again."""
        raise NotImplementedError

    def text(self, lang: str = "en") -> str:
        """The story as plain text."""
        blocks = []
        for place, part in enumerate(self.parts(lang)):
            indent = "" if place == 0 else "  "
            lines = [indent + "  " * depth + line for depth, line in part.lines]
            blocks.append("\n".join([part.title, *lines]))
        return "\n\n".join(blocks)

    def html(self, lang: str = "en") -> str:
        """The story as one page that fetches nothing."""
        words = TEXT[lang]
        first, *others = self.parts(lang)
        body = "".join(f"<p>{escape(line)}</p>" for _, line in first.lines)
        months = self.frames()["months"]
        if set(TECHNOLOGIES) <= set(months):
            body += f"<h2>{escape(WORDS[lang]['strip'])}</h2>{strip(months, self.manifest, lang)}"
        for part in others:
            body += f"<h2>{escape(part.title)}</h2>"
            body += "".join(
                f'<p style="margin:.2rem 0 .2rem {1.2 * depth}rem">{escape(line)}</p>'
                for depth, line in part.lines
            )
        kept = {key: value for key, value in self.manifest.items() if key != "settings"}
        origin = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
        return f"""<!doctype html>
<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(first.title)}</title><style>{STYLE}</style></head><body><main>
<h1>{escape(first.title)}</h1>
{body}
<h2>{words["limits"]}</h2><p>{escape(words["limits_text"])}</p>
<h2>{words["repeat"]}</h2><pre>{escape(f"{self.command} --lang {lang}")}</pre>
<h2>{words["provenance"]}</h2>
<details><summary>manifest.json</summary>
<pre>{escape(origin)}</pre></details>
</main></body></html>
"""

    def save(self, out: Path | str, lang: str = "en", force: bool = False) -> list[Path]:
        """Write story.txt, story.html and the tables into a folder, whole or not at all.

        Returns the paths of what was written.
        """
        with Folder(Path(out), force) as folder:
            (folder.path / "story.txt").write_text(self.text(lang) + "\n", encoding="utf-8")
            (folder.path / "story.html").write_text(self.html(lang), encoding="utf-8")
            for name, frame in self.frames().items():
                write_table(frame, folder.path / name, self.manifest, lang, ("csv",))
            write_manifest(self.manifest, folder.path)
        return folder.written


def run_through(province: Province, progress: Progress | None) -> None:
    """Simulate every month that is left."""
    total = province.clock.months

    def say(clock: Clock) -> None:
        if progress is not None:
            progress(clock.month, total)

    province.run(say)


def run_line(manifest: dict[str, Any], lang: str) -> str:
    """The run that a story is of; a title of its own tells a scenario that was changed."""
    keys = ("scenario", "scale", "seed", "start", "end")
    title = manifest["settings"]["title"][lang] or manifest["scenario"]
    return WORDS[lang]["run"].format(
        title=title,
        circumstances=circumstances(manifest, lang),
        **{key: manifest[key] for key in keys},
    )


def run_options(manifest: dict[str, Any]) -> str:
    """Scenario, scale, seed, end, and what is set otherwise than it is shipped, for a command."""
    settings = "".join(
        f" --set {shlex.quote(f'{key}={toml_value(value)}')}"
        for key, value in set_otherwise(manifest).items()
    )
    return (
        f"{manifest['scenario']} --scale {manifest['scale']:g} --seed {manifest['seed']} "
        f"--until {manifest['end']}{_parameters(manifest)}{settings}"
    )


def _parameters(manifest: dict[str, Any]) -> str:
    """The option that says which parameters a run took; of a user's fit with a word for its folder."""
    if manifest["parameters"] == CENTRAL:
        return f" --parameters {CENTRAL}"
    usual = manifest["fit"]["hash"] == parameters_of(POSTERIOR).hash
    return "" if usual else " --parameters CALIBRATION"


def set_otherwise(manifest: dict[str, Any]) -> dict[str, Any]:
    """Keys and values of a run that its shipped scenario has not; none for a file of the user's."""
    try:
        shipped = Scenario.load(manifest["scenario"])
    except InputError:
        return {}
    ran = Scenario.from_dict(manifest["settings"], manifest["scenario"])
    return {
        key: mine
        for key, (mine, _) in ran.diff(shipped).items()
        if mine is not None and key != "time.end"
    }


def strip(months: pd.DataFrame, manifest: dict[str, Any], lang: str) -> str:
    """The state of each technology month by month as coloured bars, with a legend (SVG)."""
    from sim.report.palette import BARRIER_COLOURS

    colours = {**BARRIER_COLOURS, "in_use": "#1d1d1d", "on_order": "#7a6a00",
               "not_reviewed": "#f3ead0", "not_applicable": "#ffffff"}  # fmt: skip
    phrases, names = Phrases(lang, manifest), TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN
    left, wide, high = 210, 11, 22
    count = len(months)
    parts = []
    for place, code in enumerate(TECHNOLOGIES):
        top = 4 + place * high
        parts.append(f'<text x="0" y="{top + 14}">{escape(names[code])}</text>')
        parts += [
            f'<rect x="{left + x * wide}" y="{top}" width="{wide}" height="{high - 4}" '
            f'fill="{colours[state]}"><title>{months["month"].iloc[x]}: '
            f"{escape(phrases.state(state))}</title></rect>"
            for x, state in enumerate(months[code])
        ]
    below = 4 + len(TECHNOLOGIES) * high + 14
    for x, month in enumerate(months["month"]):
        if month.endswith("-01"):
            parts.append(f'<text x="{left + x * wide}" y="{below}">{month[:4]}</text>')
    shown = [s for s in ("in_use", "on_order", "not_reviewed", *BARRIERS)
             if (months[list(TECHNOLOGIES)] == s).to_numpy().any()]  # fmt: skip
    for place, state in enumerate(shown):
        x, y = 210 * (place % 4), below + 14 + 22 * (place // 4)
        parts.append(
            f'<rect x="{x}" y="{y}" width="14" height="14" fill="{colours[state]}" stroke="#999"/>'
            f'<text x="{x + 20}" y="{y + 12}">{escape(phrases.state(state))}</text>'
        )
    width, height = left + count * wide, below + 14 + 22 * ((len(shown) + 3) // 4)
    label = escape(WORDS[lang]["strip"])
    return (
        f'<div class="wide"><svg role="img" aria-label="{label}" width="{max(width, 860)}" '
        f'height="{height}" font-size="13" font-family="inherit">{"".join(parts)}</svg></div>'
    )
