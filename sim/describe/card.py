"""The model card: an ODD description (Grimm et al. 2020) made from the model's declarations."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic.fields import FieldInfo

from sim import processes
from sim.circumstances import shipped_fit
from sim.describe.card_words import CONCEPTS, HEADINGS, LIMITS, PHASES_ZH, PURPOSE
from sim.describe.clauses import mechanism, moved
from sim.initial import SECTIONS, population_parameters
from sim.model import PHASES, Province
from sim.outputs import BY_NAME, OUTPUTS
from sim.parameters import Mechanisms, Section
from sim.policies import INSTRUMENTS
from sim.policies.base import Instrument
from sim.report.text import TEXT
from sim.scenario import Scenario
from sim.scenario_files import flat
from sim.words import headline_names, intervals_over, unit_of
from sim.world.cache import cached_population
from sim.world.data import DIRECTORY
from sim.world.rows import Rows
from sim.world.supply import margins
from sim.world.tables import TABLES

PARAMETERS = ("population", "exogenous", *SECTIONS, "technology_factors", "programme")
"""Sections of a scenario that hold parameters."""


def model_card(settings: Iterable[str] = (), lang: str = "en", scale: float = 0.05) -> str:
    """The whole card as Markdown; `settings` change the scenario whose values are shown."""
    scenario = Scenario.load("document_2014", settings)
    province = Province(scenario, scale=scale)
    words = HEADINGS[lang]
    parts = (
        ("purpose", _purpose(lang)),
        ("entities", _entities(province, lang)),
        ("process", _process(lang)),
        ("concepts", [f"- **{name}.** {text}" for name, text in CONCEPTS[lang].items()]),
        ("start", _start(province, lang)),
        ("input", _input(lang)),
        ("submodels", _submodels(scenario, lang)),
        ("switches", _switches(scenario, lang)),
        ("instruments", _instruments(scenario, lang)),
        ("outputs", _outputs(lang)),
        ("limits", _limits(scenario, lang)),
    )
    lines = [f"# {words['title']}: lianghua {province.results().manifest['version']}"]
    for number, (key, body) in enumerate(parts, 1):
        lines += ["", f"## {number}. {words[key]}", "", *body]
    return "\n".join(lines)


def _purpose(lang: str) -> list[str]:
    names = (f"{getattr(BY_NAME[name], lang)} (`{name}`)" for name in headline_names())
    return [PURPOSE[lang], "", ", ".join(names) + "."]


def _entities(province: Province, lang: str) -> list[str]:
    words, time = HEADINGS[lang], province.settings.time
    lines = [words["step"].format(scenario=province.settings.name, start=time.start, end=time.end)]
    for name, columns in TABLES.items():
        table = province.tables[name]
        rows = words["rows"].format(
            scale=f"{province.scale:g}", rows=table.rows, size=table.bytes_per_row()
        )
        lines += ["", f"### `{name}` ({rows})", ""]
        cells = []
        for column in columns:
            where = [str(p.number) for p in PHASES if column.name in p.writes.get(name, ())]
            each = f" ({words['each']})" if column.width == 8 else ""
            cells.append(
                (
                    f"`{column.name}`",
                    getattr(column, lang) + each,
                    column.unit,
                    _span(column.low, column.high),
                    ", ".join(where) or words["fixed"],
                )
            )
        lines += _table(
            [words[key] for key in ("column", "label", "unit", "range", "written")], cells
        )
    return lines


def _process(lang: str) -> list[str]:
    words, lines = HEADINGS[lang], []
    for phase in PHASES:
        does = first_line(phase.function)
        does = PHASES_ZH.get(phase.name, does) if lang == "zh" else does
        lines.append(f"{phase.number}. **{getattr(phase, lang)}** (`{phase.name}`). {does}")
        for table in phase.views:
            written = phase.writes.get(table, frozenset())
            only = [name for name in phase.reads(table) if name not in written]
            if only:
                lines.append(f"   - `{table}` {words['reads']}: {', '.join(only)}")
            if written:
                lines.append(f"   - `{table}` {words['writes']}: {', '.join(sorted(written))}")
    return lines


def _start(province: Province, lang: str) -> list[str]:
    words, chosen = HEADINGS[lang], province.settings.population
    files = []
    for name, digest in sorted(province.data.checksums.items()):
        rows = Rows(DIRECTORY / name).rows
        said = Counter(row["confidence"] for row in rows)
        marks = ", ".join(f"{mark} {count}" for mark, count in said.most_common())
        files.append((f"`{name}`", str(len(rows)), marks, f"`{digest[:16]}…`"))
    titles = [words[key] for key in ("table", "lines", "confidence", "checksum")]
    lines = [words["tables_text"], "", *_table(titles, files), ""]
    parameters = population_parameters(chosen)
    population = cached_population(province.data, province.scale, chosen.seed, parameters)
    errors: dict[str, list[float]] = {}
    for row in margins(population, province.data):
        errors.setdefault(row["dimension"], []).append(abs(row["error"]))
    lines += [words["margins"].format(scale=f"{province.scale:g}"), ""]
    cells = [(name, str(len(all_)), f"{max(all_):.2%}") for name, all_ in errors.items()]
    return lines + _table([words[key] for key in ("margin", "cells", "error")], cells)


def _input(lang: str) -> list[str]:
    words = HEADINGS[lang]
    series: dict[str, list[dict[str, str]]] = {}
    for row in Rows(DIRECTORY / "exogenous.csv").rows:
        series.setdefault(row["series"], []).append(row)
    cells = [
        (
            f"`{name}`",
            rows[0]["unit"],
            f"{rows[0]['date']} … {rows[-1]['date']}",
            ", ".join(dict.fromkeys(row["kind"] for row in rows)),
            "; ".join(dict.fromkeys(row["source"] for row in rows)),
        )
        for name, rows in series.items()
    ]
    return _table([words[key] for key in ("path", "unit", "dates", "kind", "source")], cells)


def _submodels(scenario: Scenario, lang: str) -> list[str]:
    words, told = HEADINGS[lang], set()
    lines: list[str] = []
    for phase in PHASES:
        module = inspect.getmodule(phase.function)
        lines += [f"### {phase.number}. {getattr(phase, lang)}", ""]
        if lang == "zh" and phase.name in PHASES_ZH:
            lines += [PHASES_ZH[phase.name], ""]
        # Two phases of one module share its description.
        lines += [
            first_line(phase.function) if module in told else inspect.getdoc(module) or "",
            "",
        ]
        told.add(module)
    lines += [f"### {words['shared']}", ""]
    for found in pkgutil.iter_modules(processes.__path__):
        module = importlib.import_module(f"{processes.__name__}.{found.name}")
        if module not in told:
            lines += [f"**`{found.name}`.** {inspect.getdoc(module)}", ""]
    for name in PARAMETERS:
        section = getattr(scenario, name)
        text = inspect.getdoc(type(section)) or ""
        lines += [f"### `[{name}]`", "", text, "", *_parameters(name, section, lang), ""]
    return lines[:-1]


def _fields(name: str, section: Section) -> Iterator[tuple[str, FieldInfo, Section]]:
    """Dotted key, declaration and holder of every parameter of a section and those inside it."""
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        if isinstance(value, Section):
            yield from _fields(f"{name}.{key}", value)
        else:
            yield f"{name}.{key}", field, section


def _parameters(name: str, section: Section, lang: str) -> list[str]:
    words, cells = HEADINGS[lang], []
    for key, field, holder in _fields(name, section):
        extra = _extra(field)
        label = extra.get(lang) or field.description or ""
        value = getattr(holder, key.rpartition(".")[2])
        cells.append(
            (
                f"`{key}`",
                str(label),
                _value(value),
                str(extra.get("unit", "")),
                _field_span(field),
                str(extra.get("source", "")),
            )
        )
    return _table(
        [words[k] for k in ("parameter", "label", "default", "unit", "range", "source")], cells
    )


def _switches(scenario: Scenario, lang: str) -> list[str]:
    words = HEADINGS[lang]
    cells = [
        (
            f"`mechanisms.{name}`",
            _value(getattr(scenario.mechanisms, name)),
            ", ".join(map(str, get_args(field.annotation))) or "true, false",
        )
        for name, field in Mechanisms.model_fields.items()
    ]
    return _table([words[key] for key in ("name", "default", "allowed")], cells)


def _instruments(scenario: Scenario, lang: str) -> list[str]:
    words, place = HEADINGS[lang], 0 if lang == "zh" else 1
    lines = [words["document"]]
    for kind in INSTRUMENTS:
        code = str(kind.model_fields["kind"].default)
        own = [key for key in kind.model_fields if key not in Instrument.model_fields]
        spans = (f"`{key}` {_field_span(kind.model_fields[key])}".rstrip() for key in own)
        does = mechanism(kind, lang) if lang == "zh" else inspect.getdoc(kind)
        lines += ["", f"### {kind.label[place]} (`{code}`)", "", f"{does}", ""]
        lines.append(f"- {words['moves']}: {moved(kind(kind=code), lang)}")  # type: ignore[arg-type]
        lines.append(f"- {words['settings']}: {', '.join(spans)}")
        used = [name for name, one in scenario.instruments.items() if one.kind == code]
        if used:
            lines.append(f"- {', '.join(f'`{name}`' for name in used)}")
    return lines


def _outputs(lang: str) -> list[str]:
    words = HEADINGS[lang]
    cells = [
        (f"`{one.name}`", getattr(one, lang), unit_of(one.name, lang), ", ".join(one.where))
        for one in OUTPUTS
    ]
    return _table([words[key] for key in ("name", "label", "unit", "tables")], cells)


def _limits(scenario: Scenario, lang: str) -> list[str]:
    words = HEADINGS[lang]
    found = [
        (key, str(_extra(field).get("source", "")))
        for name in PARAMETERS
        for key, field, _ in _fields(name, getattr(scenario, name))
        if "source" in _extra(field)
    ]
    priors = [key for key, source in found if "prior" in source.lower()]
    weak = [
        f"- `{one.name}`: {note}"
        for one in OUTPUTS
        if (note := one.note_zh if lang == "zh" else one.note_en)
    ]
    fitted = len(flat(next(iter(shipped_fit().draws.values()), {})))
    limits = LIMITS[lang].format(
        over=intervals_over(0, lang), over_drawn=intervals_over(fitted, lang)
    )
    lines = [TEXT[lang]["limits_text"], "", limits, ""]
    lines.append(words["priors"].format(priors=len(priors), all=len(found)))
    lines += ["", ", ".join(f"`{key}`" for key in priors)]
    return [*lines, "", words["weak_outputs"], "", *weak] if weak else lines


def first_line(function: Any) -> str:
    """The first paragraph of a docstring on one line."""
    return " ".join((inspect.getdoc(function) or "").split("\n\n")[0].split())


def _extra(field: FieldInfo) -> dict[str, Any]:
    extra = field.json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}


def _value(value: Any) -> str:
    """A setting as a scenario file has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(list(value)) if isinstance(value, tuple) else str(value)


def _field_span(field: FieldInfo) -> str:
    """The range of a field, or the words it may be."""
    options = [option for option in get_args(field.annotation) if isinstance(option, str)]
    if options:
        return ", ".join(options)
    ends = {
        name: getattr(mark, name)
        for mark in field.metadata
        for name in ("ge", "gt", "le", "lt")
        if getattr(mark, name, None) is not None
    }
    return _span(ends.get("ge", ends.get("gt")), ends.get("le", ends.get("lt")))


def _span(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return (
        f"{'' if low is None else f'{low:.10g}'} … {'' if high is None else f'{high:.10g}'}".strip()
    )


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table."""
    return list(_lines(titles, rows))


def _lines(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(" ".join(cell.replace("|", "/").split()) for cell in row) + " |"
