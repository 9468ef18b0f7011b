"""Sections of a report on the study itself: method and data, its design, what became of its runs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.report_facts import Facts
from experiments.report_parts import Section, paragraph, table
from experiments.report_words import number, one_line
from sim.report.text import TEXT
from sim.words import drawn_parameters, intervals_over

if TYPE_CHECKING:
    from experiments.reading import Batch

LONGEST = 300
"""Letters of a reason that are shown."""
MOST_POINTS = 12


def method(batch: Batch, lang: str) -> Section:
    """Version, data, scale, months, replicates, seeds and parameters."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    manifest = batch.manifest
    rows = [(words["model"], f"lianghua {manifest.get('version', '-')}")]
    if facts.scale is not None:
        rows.append(
            (words["scale"], words["scale_text"].format(scale=f"{100 * facts.scale:.4g} %"))
        )
    if facts.until:
        rows.append((words["until"], facts.until))
    rows.append((words["replicates"], str(facts.replicates)))
    if facts.seed is not None:
        rows.append((words["seed"], str(facts.seed)))
        rows.append((words["random"], words["random_text"].format(seed=facts.seed)))
    rows.append((words["parameters"], _parameters(facts)))
    if facts.said("outcomes", "tier"):
        rows.append((words["tier"], str(facts.said("outcomes", "tier"))))
    data = manifest.get("data")
    sums = sorted(data.items()) if isinstance(data, dict) else []
    parts = [table(("", ""), rows, lang, words=(0, 1))]
    if sums:
        made = table(("", "SHA-256"), [(str(k), str(v)) for k, v in sums], lang, words=(0, 1))
        label = f"{words['data']} ({len(sums)})"
        parts.append(f"<details><summary>{escape(label)}</summary>{made}</details>")
    return Section(words["method"], tuple(parts))


def _parameters(facts: Facts) -> str:
    words = facts.words
    count = facts.draws
    if count:
        return words["posterior"].format(n=count)
    return words["posterior_named"] if facts.drawn else words["central"]


def design(batch: Batch, lang: str) -> Section:
    """Kind of design, its scenarios, and every factor with its values and their source."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    names, factors = facts.scenarios, facts.factors
    kinds = [facts.method] if facts.method else [kind for kind, _ in facts.groups] or ["scenarios"]
    told = words["join"].join(dict.fromkeys(words.get(f"method_{kind}", kind) for kind in kinds))
    text = words["design_text"].format(
        points=len(batch.design), replicates=facts.replicates, expected=facts.expected,
        scenarios=len(names), factors=len(factors),
    )  # fmt: skip
    parts = [paragraph(f"{words['method_of']}{words['colon']}{told}{words['stop']}".strip(), text)]
    hashes = batch.manifest.get("scenarios")
    rows = [
        (facts.titles[name] + (f" ({words['baseline']})" if name == facts.baseline else ""), name,
         str(hashes.get(name, "-")) if isinstance(hashes, dict) else "-")
        for name in names
    ]  # fmt: skip
    parts.append(
        table((words["scenario"], words["key"], words["hash"]), rows, lang, words=(0, 1, 2),
              folded=len(rows) > MOST_POINTS, more=words["more_rows"])
    )  # fmt: skip
    if factors:
        head = [words[key] for key in ("factor", "key", "kind", "range", "unit", "source")]
        found = [
            (one.label, one.key, words[one.kind], one.range, one.unit or "-", one.source or "-")
            for one in factors.values()
        ]
        parts.append(table(head, found, lang, words=range(len(head))))
    return Section(words["design"], tuple(parts))


def runs(batch: Batch, lang: str) -> Section:
    """Runs expected, done, failed with their reasons, and not yet made."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    failed = facts.failed
    counts = _counts(facts)
    parts = [
        table([words[key] for key in counts], [[str(n) for n in counts.values()]], lang, words=())
    ]
    seconds = facts.done["seconds"].mean() if len(facts.done) else float("nan")
    if seconds == seconds:
        parts.append(paragraph(f"{words['mean_seconds']}{words['colon']}{number(seconds)}"))
    if len(failed):
        parts.append(paragraph(words["failed_how"]))
        head = (words["reason"], words["count"], words["where"])
        parts.append(
            table(head, _reasons(failed), lang, words=(0, 2), more=words["more_rows"])
        )  # fmt: skip
    says = words["says_counts"].format(**counts)
    if counts["failed"]:
        says += words["says_failed"].format(**counts)
    says += words["says_missing"].format(**counts) if counts["missing"] else words["stop"].strip()
    return Section(words["runs"], tuple(parts), (says,))


def _counts(facts: Facts) -> dict[str, int]:
    done, failed = len(facts.done), len(facts.failed)
    return {
        "expected": facts.expected, "done": done, "failed": failed,
        "missing": max(0, facts.expected - done - failed),
    }  # fmt: skip


def _reasons(failed: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Each reason, how often, and at which points, the most frequent first."""
    texts = failed["reason"].map(lambda text: one_line(str(text)) or "-")
    rows = []
    for reason, count in texts.value_counts(sort=True).items():
        points = sorted(set(failed.loc[texts == reason, "point"]))
        shown = ", ".join(str(point) for point in points[:MOST_POINTS])
        more = f" + {len(points) - MOST_POINTS}" if len(points) > MOST_POINTS else ""
        short = reason if len(reason) <= LONGEST else reason[:LONGEST] + "…"
        rows.append((str(short), str(count), shown + more))
    return rows


def uncertainty(batch: Batch, lang: str) -> str:
    """What the intervals hold and what not, in one paragraph."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    key = "uncertainty_posterior" if facts.drawn else "uncertainty_central"
    over = intervals_over(drawn_parameters(batch.manifest), lang)
    told = [words[key].format(over=over, n=facts.replicates)]
    if facts.factors:
        told.append(words["uncertainty_factors"])
    contrasts = max(0, len(facts.scenarios) - 1) * len(facts.headlines)
    if contrasts > 1:
        told.append(words["uncertainty_many"].format(k=contrasts, wrong=f"{0.05 * contrasts:.1g}"))
    if facts.scale is not None and facts.scale < 1.0:
        told.append(words["uncertainty_scale"].format(scale=f"{100 * facts.scale:.4g} %"))
    return (" " if lang == "en" else "").join([*told, words["uncertainty_not"]])


def study_file(batch: Batch, lang: str) -> Section:
    """The study as it was given."""
    words = Facts(batch, lang).words
    return Section(words["study_file"], (f"<pre>{escape(batch.study_text)}</pre>",))


def note(batch: Batch, lang: str) -> tuple[str, str]:
    """The line under every figure: which study; how many runs, scale, seed, version."""
    facts, words = Facts(batch, lang), Facts(batch, lang).words
    parts: list[Any] = [
        f"{len(batch.design)} {words['note_points']}",
        f"{len(facts.done)} {words['note_runs']}",
    ]  # fmt: skip
    if facts.scale is not None:
        parts.append(f"{words['note_scale']} {facts.scale:g}")
    if facts.seed is not None:
        parts.append(f"{TEXT[lang]['seed']} {facts.seed}")
    rest = " · ".join(["", *parts, f"lianghua {batch.manifest.get('version', '-')}"])
    return one_line(facts.title), rest
