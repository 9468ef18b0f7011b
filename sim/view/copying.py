"""A plan as text that a person takes away: a scenario file, and a script of the comparison."""

from __future__ import annotations

from functools import reduce
from typing import Any

from sim.scenario_files import merge, nested, toml, toml_value
from sim.view.choice import TITLES, Choice, Plan, setting_lines, titled
from sim.view.words import text


def plan_toml(plan: Plan, lang: str) -> str:
    """A scenario file that extends the preset and says only what differs from it, under its own title.

    Read, it is the same scenario: its hash is equal. Every setting has a line of its own.
    """
    settings = sorted(titled(plan).settings, key=lambda pair: pair[0] not in TITLES)
    content: dict[str, Any] = reduce(
        merge, (nested(key.split("."), value) for key, value in settings), {}
    )
    head = [f"# {line}" for line in text("copying.head", lang).splitlines()]
    head.append(f"extends = {toml_value(plan.preset)}")
    parts = ["\n".join(head) + "\n", toml(content) if content else ""]
    for one in plan.revisions:
        lines = [f"{toml_value(key)} = {toml_value(value)}" for key, value in one.settings]
        head = ["[[revisions]]", f"from = {toml_value(one.month)}", "[revisions.set]"]
        parts.append("\n".join([*head, *lines]) + "\n")
    return "\n".join(filter(None, parts))


def script(choice: Choice, *, scale: float, replicates: int, seed: int, until: str = "") -> str:
    """A Python script that runs baseline, plan and saved plans as the page does.

    All are run with the same seeds, and with them the same draws of parameters and populations; it
    prints every headline difference with its interval. `until` shortens the runs.
    """
    lang = choice.lang
    sides = [("plan", choice.plan)]
    sides += [(f"saved_{place}", one) for place, one in enumerate(choice.saved, 1)]
    baseline = Plan(choice.baseline)
    more = f", until={until!r}" if until else ""
    lines = [
        '"""' + text("copying.script", lang) + '"""',
        "",
        "from sim import Scenario, compare",
        "from sim.words import headline_names",
        "",
        "",
        "def scenario(name, preset, settings=()):",
        f'    """{text("copying.scenario", lang)}"""',
        '    return Scenario.load(preset, settings).model_copy(update={"name": name})',
        "",
        "",
        "SCENARIOS = [",
        *(
            line
            for name, plan in [*sides, ("baseline", baseline)]
            for line in _scenario(name, plan)
        ),
        "]",
        "",
        'if __name__ == "__main__":',
        f"    # {text('copying.same', lang)}",
        f'    found = compare(SCENARIOS, baseline="baseline", scale={scale!r}, replicates={replicates},',
        f"                    seed={seed}{more})",
        "    rows = found.differences([found.province['month'].iloc[-1]])",
        "    print(rows[rows['output'].isin(headline_names())].to_string(index=False))",
        '    # found.save("results")',
    ]
    return "\n".join(lines) + "\n"


def _scenario(name: str, plan: Plan) -> list[str]:
    """One call of `scenario`, with a line a setting."""
    said = f"    scenario({name!r}, {plan.preset!r}"
    if not (lines := setting_lines(titled(plan))):
        return [said + "),"]
    return [
        said + ", [",
        *(f"        {line!r}," for line in lines),
        "    ]),",
    ]
