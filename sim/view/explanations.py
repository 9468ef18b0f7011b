"""What an output means and how it is made, in words, from its declaration.

Sums and ratios explain themselves from what they sum; other derivations, and what the figures
people ask for most mean, are said in locale/explain.*.json under the output's name, or under the
first word of a family's names (`adoption_erp`: `adoption`).
"""

from __future__ import annotations

from sim.indices.targets import load_targets
from sim.outputs import BARRIER_EN, BARRIER_ZH, BY_NAME, SUBJECTS, TECHNOLOGY_EN, TECHNOLOGY_ZH
from sim.outputs.declaration import Output, Sums
from sim.outputs.month import ABOVE, ALL_TIERS, BELOW, KEY
from sim.view.numbers import SHARES, plain, unit
from sim.view.observed import observed
from sim.view.words import catalogue, text
from sim.words import UNITS

TIERS = {ABOVE: "above", BELOW: "below", KEY: "key", ALL_TIERS: "all"}
INDICES = {
    "two_integration_index": "two_integration.latent",
    "informatization_index": "informatization.latent",
}
"""How the document's targets name the indices' outputs."""
OPERATORS = {">=": "≥", "<=": "≤", "up": "↑", "down": "↓"}


def explanation(output: str, lang: str, uncertainty: bool = True) -> list[tuple[str, str]]:
    """Heading and text of everything a reader may ask of an output, in their order.

    `uncertainty` false leaves out what the bands hold, which is the same for all outputs.
    """
    declared = BY_NAME[output]
    note = str(getattr(declared, f"note_{lang}"))
    rows = {
        "definition": definition(output, lang),
        "made": made(output, lang),
        "unit": unit(output, lang),
        "source": text(f"explain.source.{subject(output)}", lang),
        "checked": _checked(output, lang),
        "target": _target(output, lang),
        "uncertainty": text("explain.uncertainty", lang) if uncertainty else "",
        "weak": note,
    }
    return [(text(f"explain.heading.{key}", lang), said) for key, said in rows.items() if said]


def definition(output: str, lang: str) -> str:
    """What an output is."""
    said = _said("definition", output, lang)
    label = str(getattr(BY_NAME[output], lang))
    return said or text("explain.definition", lang, label=label[:1].upper() + label[1:])


def made(output: str, lang: str) -> str:
    """How an output is made: its formula in words."""
    value = BY_NAME[output].value
    if not isinstance(value, Sums):
        return _said("made", output, lang)
    tiers = text(f"explain.tiers.{TIERS[value.tiers]}", lang)
    form, top = ("ratio" if value.bottom else "sum"), variable(value.top, lang)
    bottom = variable(value.bottom, lang) if value.bottom else ""
    formula = text(f"explain.{form}", lang, tiers=tiers, top=top, bottom=bottom)
    return f"{formula}\n{text('explain.weighted', lang)}"


def variable(name: str, lang: str) -> str:
    """What is summed over firms, in words."""
    family, _, code = name.partition("_")
    if family in ("adopters", "aware"):
        technology = (TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN)[code]
        return text(f"explain.variable.{family}", lang, technology=technology)
    return text(f"explain.variable.{name}", lang)


def subject(output: str) -> str:
    """Module of `sim.outputs` that declares an output."""
    declared: Output = BY_NAME[output]
    return next(one.__name__.rpartition(".")[2] for one in SUBJECTS if declared in one.OUTPUTS)


def _said(what: str, output: str, lang: str) -> str:
    """A text under the output's name or its family's; empty where there is none."""
    family, _, code = output.partition("_")
    names = {"technology": TECHNOLOGY_ZH if lang == "zh" else TECHNOLOGY_EN,
             "barrier": BARRIER_ZH if lang == "zh" else BARRIER_EN}  # fmt: skip
    words = {key: table[code] for key, table in names.items() if code in table}
    known = catalogue(lang)
    for key in (f"explain.{what}.{output}", f"explain.{what}.{family}"):
        if key in known:
            return text(key, lang, **words)
    return ""


def _checked(output: str, lang: str) -> str:
    """Published figures up to 2015 that the output is set against, each with its source."""
    return "\n".join(
        text("explain.checked", lang, title=one.title(lang), year=one.year,
             value=plain(one.published), unit=_unit(one.unit, lang), source=one.source)
        for one in observed(output)
    )  # fmt: skip


def _unit(name: str, lang: str) -> str:
    return UNITS.get(name, name) if lang == "zh" else name


def _target(output: str, lang: str) -> str:
    """What the document of 2014 asks of the output."""
    found = []
    for target in load_targets().rows:
        if target.outputs != (INDICES.get(output, output),):
            continue
        goal, name = target.value, target.unit_zh if lang == "zh" else target.unit
        if goal is None:
            written, name = "", ""
        elif BY_NAME[output].unit in SHARES:
            written, name = f"{100.0 * goal:g}%", ""
        else:
            written = f"{goal:,g}"
        found.append(
            text("explain.target", lang, title=getattr(target, lang), year=target.year,
                 operator=OPERATORS[target.operator], value=written, unit=name).strip()
        )  # fmt: skip
    return "\n".join(found)
