"""The report as one HTML file: figures inline, nothing fetched, every text escaped."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.outputs import BY_NAME
from sim.report.figures import Made
from sim.report.origin import repeat_command, uncertainty_of
from sim.report.text import TEXT, figure, gap
from sim.words import circumstances, few_rows_note, headline_names, unit_of

if TYPE_CHECKING:
    from sim.comparison import Comparison
    from sim.results import Results

STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;margin:0 auto;
max-width:1060px;padding:1rem 1.2rem 4rem;color:#1d1d1d;background:#fff}
h1{font-size:1.7rem;line-height:1.25}h2{font-size:1.25rem;margin-top:2.4rem}
img{max-width:100%;height:auto}table{border-collapse:collapse;font-size:.92rem;margin:.6rem 0}
th,td{padding:.28rem .7rem;border-bottom:1px solid #ddd;text-align:right;font-variant-numeric:tabular-nums}
th:first-child,td:first-child,.text{text-align:left}td.text{vertical-align:top}.long{min-width:16em}details{margin:.4rem 0}summary{cursor:pointer;color:#0b5d8a}
pre{background:#f4f4f4;padding:.8rem;overflow-x:auto;font-size:.85rem}.wide{overflow-x:auto}
@media print{pre{white-space:pre-wrap;overflow-wrap:anywhere}pre,.wide{overflow:visible}}
"""


def comparison_page(
    comparison: Comparison, figures: Sequence[Made], lang: str, command: str | None = None
) -> str:
    """The report of a comparison; `command` repeats it, without one its own table does."""
    words = TEXT[lang]
    titles = {one.name: getattr(one.title, lang) or one.name for one in comparison.scenarios}
    title = f" {words['against']} ".join(
        [", ".join(titles[n] for n in comparison.names if n != comparison.baseline),
         titles[comparison.baseline]]
    )  # fmt: skip
    last = comparison.province["month"].iloc[-1]
    parts = [f"<p>{escape(getattr(one.rationale, lang))}</p>" for one in comparison.scenarios]
    rows = comparison.differences([last])
    for name in comparison.names:
        if name != comparison.baseline:
            chosen = rows[rows["scenario"] == name].set_index("output")
            parts.append(f"<h2>{escape(titles[name])} · {last}</h2>")
            parts.append(_differences(chosen, titles[name], titles[comparison.baseline], lang))
    frame = comparison.province
    for one in figures:
        parts.append(_figure(one, frame, titles, lang))
        few = few_rows_note(comparison.manifest.get("few_rows", {}), lang)
        if one.key == "cities" and few:
            parts.append(f"<p>{escape(few)}</p>")
    manifest = comparison.manifest
    return page(title, parts, uncertainty_of(manifest, lang), manifest, lang, command)


def run_page(results: Results, figures: Sequence[Made], lang: str) -> str:
    """The report of one run."""
    manifest = results.manifest
    title = manifest["settings"]["title"][lang] or manifest["scenario"]
    frame = results.province.copy()
    frame.insert(0, "scenario", manifest["scenario"])
    parts = [f"<p>{escape(manifest['settings']['rationale'][lang])}</p>"]
    parts += [_figure(one, frame, {manifest["scenario"]: title}, lang) for one in figures]
    return page(title, parts, uncertainty_of(manifest, lang), manifest, lang)


def page(
    title: str, parts: Sequence[str], uncertainty: str, manifest: dict[str, Any], lang: str,
    command: str | None = None,
) -> str:  # fmt: skip
    """A whole page: parts, then method, uncertainty, limits, command and provenance.

    Without a `command` the page tells how to repeat the result from its own table.
    """
    words = TEXT[lang]
    kept = {key: value for key, value in manifest.items() if key != "settings"}
    body = "\n".join(parts)
    return f"""<!doctype html>
<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>
<h1>{escape(title)}</h1>
<p>{escape(circumstances(manifest, lang))}</p>
{body}
<h2>{words["method"]}</h2><p>{escape(words["method_text"])}</p>
<h2>{words["uncertainty"]}</h2><p>{escape(uncertainty)}</p>
<h2>{words["limits"]}</h2><p>{escape(words["limits_text"])}</p>
<h2>{words["repeat"]}</h2><pre>{escape(command or repeat_command(manifest, lang))}</pre>
<h2>{words["provenance"]}</h2>
<details><summary>manifest.json</summary>
<pre>{escape(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True))}</pre></details>
</main></body></html>
"""


def _figure(one: Made, frame: pd.DataFrame, titles: dict[str, str], lang: str) -> str:
    words = TEXT[lang]
    title = words[one.key]
    return f"""<section><h2>{escape(title)}</h2>
{picture(one.png, _headline_of(one, frame, titles, lang))}
<details><summary>{words["how"]}</summary><p>{escape(words[one.key + "_how"])}</p></details>
<details><summary>{words["table"]}</summary>{_year_ends(one, frame, titles, lang)}</details></section>"""


def picture(png: Path, says: str) -> str:
    """A figure inline, with what it says in words."""
    data = base64.b64encode(png.read_bytes()).decode()
    return f'<img alt="{escape(says)}" src="data:image/png;base64,{data}">'


def _headline_of(one: Made, frame: pd.DataFrame, titles: dict[str, str], lang: str) -> str:
    """What the figure says in one line: the first output at the end, by scenario."""
    output = one.outputs[0]
    last = frame["month"].iloc[-1]
    ends = frame[frame["month"] == last].groupby("scenario", sort=False)[output].mean()
    unit = BY_NAME[output].unit
    said = ", ".join(f"{titles[name]} {figure(value, unit)}" for name, value in ends.items())
    return f"{TEXT[lang][one.key]}: {getattr(BY_NAME[output], lang)} {last}: {said}"


def _year_ends(one: Made, frame: pd.DataFrame, titles: dict[str, str], lang: str) -> str:
    months = frame["month"]
    chosen = frame[months.str.endswith("-12") | (months == months.iloc[-1])]
    means = chosen.groupby(["scenario", "month"], sort=False)[list(one.outputs)].mean()
    head = "".join(
        f"<th>{escape(getattr(BY_NAME[name], lang))} ({escape(unit_of(name, lang))})</th>"
        for name in one.outputs
    )
    rows = "".join(
        f"<tr><td>{escape(titles[scenario])} {month}</td>"
        + "".join(
            f"<td>{figure(value, BY_NAME[name].unit)}</td>"
            for name, value in zip(one.outputs, row, strict=True)
        )
        + "</tr>"
        for (scenario, month), row in zip(means.index, means.to_numpy(), strict=True)
    )
    return f'<div class="wide"><table><tr><th></th>{head}</tr>{rows}</table></div>'


def _differences(rows: pd.DataFrame, name: str, baseline: str, lang: str) -> str:
    words = TEXT[lang]
    head = "".join(
        f"<th>{escape(text)}</th>"
        for text in (words["output"], words["unit"], name, baseline,
                     words["difference"].split(",")[0].split("(")[0], words["interval"])
    )  # fmt: skip
    body = ""
    for output in headline_names():
        row, unit = rows.loc[output], BY_NAME[output].unit
        ends = " … ".join(gap(row[end], unit, lang) for end in ("low", "high"))
        body += (
            f"<tr><td>{escape(getattr(BY_NAME[output], lang))}</td>"
            f"<td>{escape(unit_of(output, lang))}</td><td>{figure(row['mean'], unit)}</td>"
            f"<td>{figure(row['baseline'], unit)}</td><td>{gap(row['difference'], unit, lang)}</td>"
            f"<td>{ends}</td></tr>"
        )
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'
