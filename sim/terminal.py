"""What the terminal shows: a progress bar, headline tables, the paths of what was written."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sim import terms
from sim.outputs import BY_NAME
from sim.report.text import figure, gap
from sim.screen import say, show
from sim.words import TIER_ZH, circumstances, headline_names, instrument_titles, unit_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.additionality import Ledger
    from sim.allocation_rules import Laboratory
    from sim.comparison import Comparison
    from sim.results import Results
    from sim.scoring import Scorecard


class Bar:
    """A progress bar with the time left on a terminal, a line now and then elsewhere."""

    def __init__(self, unit: str, quiet: bool) -> None:
        self.unit, self.quiet = unit, quiet
        self.plain = not sys.stderr.isatty()
        self.tenth = -1
        self.first = -1
        self.began = monotonic()
        self.progress = Progress(
            TextColumn(unit), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.task = self.progress.add_task(unit, total=None, note="")

    def __enter__(self) -> Bar:
        if not self.quiet and not self.plain:
            self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.quiet and not self.plain:
            self.progress.stop()

    def update(self, done: int, total: int, note: str = "") -> None:
        """So many of so many are done; `note` stands after it."""
        if self.quiet:
            return
        if self.first < 0:
            # What was there before, when work is gone on with, says nothing of the pace.
            self.first, self.began = done, monotonic()
            if not self.plain:
                self.progress.reset(self.task, total=total, completed=done, note=note)
        if not self.plain:
            self.progress.update(self.task, completed=done, total=total, note=note)
        elif done * 10 // total > self.tenth:
            self.tenth = done * 10 // total
            after = f", {note}" if note else ""
            print(f"{done} of {total} {self.unit}{self._left(done, total)}{after}", file=sys.stderr)

    def _left(self, done: int, total: int) -> str:
        """The time left at the pace so far."""
        if not self.first < done < total:
            return ""
        pace = (monotonic() - self.began) / (done - self.first)
        seconds = round(pace * (total - done))
        return f", {seconds // 60}:{seconds % 60:02d} left"


WORDS = {
    "zh": {"output": "指标", "unit": "单位", "difference": "差异", "interval": "95%区间",
           "first": "期初", "last": "期末", "paired": "次配对重复",
           "against": "对比基准", "instrument": "政策工具",
           "paid": "已支付(万元)", "months": "提前月数", "ledger": "额外性账本", "shares": "占已支付%",
           "city": "市县配套", "costs": "效果与单位成本", "effect": "效果", "cost": "单位成本(万元)",
           "laboratory": "分配规则实验室", "rule": "指标",
           "checked": "已核对{months:,}个月的货币、货物和人员恒等式：全部成立"},
    "en": {"output": "output", "unit": "unit", "difference": "difference",
           "interval": "95 % interval", "first": "at the start", "last": "at the end",
           "paired": "paired replicates", "against": "against",
           "instrument": "instrument", "paid": "paid, 10k CNY", "months": "months sooner",
           "ledger": "Additionality ledger", "shares": "% of what was paid",
           "city": "added by cities", "costs": "Effects and cost of a unit", "effect": "effect",
           "cost": "10k CNY a unit", "laboratory": "Allocation rules", "rule": "measure",
           "checked": "identities of money, goods and people checked in {months:,} months: all hold"},
}  # fmt: skip


def headline_of_run(results: Results, lang: str) -> None:
    """First and last month of the headline outputs."""
    words, frame = WORDS[lang], results.province
    manifest = results.manifest
    table = Table(title=f"{manifest['scenario']} · {frame['month'].iloc[-1]}")
    for column in ("output", "unit", "first", "last"):
        table.add_column(words[column], justify="left" if column in ("output", "unit") else "right")
    for name in headline_names():
        output = BY_NAME[name]
        ends = [figure(float(frame[name].iloc[place]), output.unit) for place in (0, -1)]
        table.add_row(getattr(output, lang), unit_of(name, lang), *ends)
    _circumstances(manifest, lang)
    show(table)


def headline_of_comparison(comparison: Comparison, lang: str) -> None:
    """Means, paired differences and intervals of the headline outputs in the last month."""
    words = WORDS[lang]
    last = comparison.province["month"].iloc[-1]
    rows = comparison.differences([last]).set_index(["scenario", "output"])
    _circumstances(comparison.manifest, lang)
    for name in comparison.names:
        if name == comparison.baseline:
            continue
        title = (
            f"{name} {words['against']} {comparison.baseline} · {last} · "
            f"{comparison.replicates} {words['paired']}"
        )
        table = Table(title=title)
        for column in ("output", "unit", name, comparison.baseline, "difference", "interval"):
            left = column in ("output", "unit")
            table.add_column(words.get(column, column), justify="left" if left else "right")
        for code in headline_names():
            row, output = rows.loc[(name, code)], BY_NAME[code]
            ends = [gap(row[end], output.unit, lang) for end in ("low", "high")]
            table.add_row(
                getattr(output, lang),
                unit_of(code, lang),
                figure(row["mean"], output.unit),
                figure(row["baseline"], output.unit),
                gap(row["difference"], output.unit, lang),
                " … ".join(ends),
            )
        show(table)


def scorecard_tables(scorecard: Scorecard, lang: str) -> None:
    """The headline targets and then the others: figure with interval and runs that meet it."""
    from sim.report.score_rows import SCORE_WORDS, lines, notes

    words = SCORE_WORDS[lang]
    titles = {one.name: getattr(one.title, lang) or one.name for one in scorecard.scenarios}
    made = lines(scorecard, lang)
    _circumstances(scorecard.manifest, lang)
    for headline in (True, False):
        table = Table(title=words["headline" if headline else "others"])
        for column in ("code", "indicator", "unit", "year", "goal"):
            table.add_column(words[column], justify="right" if column == "goal" else "left")
        for name in scorecard.names:
            table.add_column(titles[name], justify="right")
            table.add_column(words["met"], justify="right")
        table.add_column(words["published"], justify="right")
        chosen = [line for line in made if line.target.headline == headline]
        for line, after in zip(chosen, [*chosen[1:], None], strict=True):
            table.add_row(
                line.target.code, line.indicator, line.unit, line.target.year, line.goal,
                *[text for name in scorecard.names for text in line.results[name]],
                line.published,
                end_section=after is not None and after.target.measure != line.target.measure,
            )  # fmt: skip
        show(table)
    for note in notes(scorecard, lang):
        say(note)


def ledger_tables(ledger: Ledger, lang: str) -> None:
    """Shares of classes by instrument switched off, and what a unit of effect cost."""
    words, manifest = WORDS[lang], ledger.manifest
    titles = instrument_titles(manifest, lang)
    titles["programme"] = terms.word(terms.OTHERS, "programme", lang)
    title = (
        f"{words['ledger']}: {manifest['scenario']} · {words['shares']} · {ledger.replicates} "
        f"{words['paired']}"
    )
    table = Table(title=title)
    table.add_column(words["instrument"])
    for name in ("paid", *terms.CLASSES, "months"):
        known = terms.CLASSES.get(name)
        text = known[0 if lang == "zh" else 1] if known else words[name]
        table.add_column(text, justify="right")
    _circumstances(manifest, lang)
    single, whole = ledger.table(), ledger.table(("without",))
    whole = whole[whole["without"] == "programme"].assign(instrument="programme")
    single = single[single["without"] != "programme"]
    for frame in (single, whole):
        for (name, instrument), rows in frame.groupby(["without", "instrument"], sort=False):
            cells = _classes(rows.set_index("class"))
            if instrument == name:
                table.add_row(titles[name], *cells)
            elif rows["money"].iloc[0] > 0:
                table.add_row(f"  {words['city']}", *cells)
    show(table)
    table = Table(title=words["costs"])
    for column in ("instrument", "effect", "difference", "interval", "cost"):
        left = column in ("instrument", "effect")
        table.add_column(words[column], justify="left" if left else "right")
    for row in ledger.costs().itertuples():
        cost = terms.word(terms.VERDICTS, row.verdict, lang)
        if row.verdict == "more":
            cost = f"{figure(row.cost)} ({figure(row.cost_low)} … {figure(row.cost_high)})"
        ends = " … ".join(gap(end, "", lang) for end in (row.low, row.high))
        effect = terms.word(terms.EFFECTS, row.effect, lang)
        table.add_row(titles[row.without], effect, gap(row.difference, "", lang), ends, cost)
    show(table)


def _circumstances(manifest: dict[str, Any], lang: str) -> None:
    """The line above a result's tables: parameters, populations, settings."""
    say(circumstances(manifest, lang))


def _classes(rows: Any) -> list[str]:
    """Money paid, the share of each class with half its interval, months of acceleration."""
    paid = rows.loc["paid", "money"]
    cells = [figure(paid)]
    for name in terms.CLASSES:
        row = rows.loc[name]
        half = 100.0 * max(row["share_high"] - row["share"], row["share"] - row["share_low"])
        spread = f" ±{half:.1f}" if half == half else ""
        cells.append(f"{100.0 * row['share']:.1f}{spread}" if paid > 0 else "-")
    months = rows.loc["accelerated", "months"]
    return [*cells, f"{months:.1f}" if rows.loc["accelerated", "money"] > 0 else "-"]


def laboratory_table(laboratory: Laboratory, lang: str) -> None:
    """Every measure by rule, with half its interval."""
    words = WORDS[lang]
    title = instrument_titles(laboratory.manifest, lang)[laboratory.instrument]
    table = Table(
        title=f"{words['laboratory']}: {title} · {laboratory.replicates} {words['paired']}"
    )
    table.add_column(words["rule"])
    for rule in laboratory.rules:
        table.add_column(terms.word(terms.RULES, rule, lang), justify="right")
    _circumstances(laboratory.manifest, lang)
    rows = laboratory.table().set_index(["measure", "rule"])
    for measure in terms.MEASURES:
        cells = []
        for rule in laboratory.rules:
            row = rows.loc[(measure, rule)]
            half = max(row["high"] - row["mean"], row["mean"] - row["low"])
            wide = half > 1e-9 * abs(row["mean"])
            cells.append(figure(row["mean"]) + (f" ±{figure(half)}" if wide else ""))
        table.add_row(terms.word(terms.MEASURES, measure, lang), *cells)
    shares = laboratory.who_wins().set_index(["group", "member", "rule"])["share"]
    for group, known in (("tier", None), ("quintile", terms.QUINTILES)):
        for member in dict.fromkeys(shares.loc[group].index.get_level_values("member")):
            cells = [f"{100 * shares[(group, member, rule)]:.1f} %" for rule in laboratory.rules]
            label = terms.word(known, member, lang) if known else _tier(member, lang)
            table.add_row(label, *cells)
    show(table)


def calibration_table(
    tables: Mapping[str, pd.DataFrame], labels: Mapping[str, str], lang: str, lost: str = ""
) -> None:
    """Fitted value and posterior of each parameter, and how many targets are met.

    `tables` are those of a calibration, `labels` the names of parameters in the language; `lost` is
    what is said of failed runs.
    """
    from sim.report.calibration import WORDS as SAID
    from sim.report.calibration import says

    table = Table(title=SAID[lang]["posterior"])
    for column in ("parameter", "fitted", "median", "posterior_90", "prior_90", "learned"):
        table.add_column(SAID[lang][column], justify="left" if column == "parameter" else "right")
    for row in tables["intervals"].itertuples():
        table.add_row(
            labels[row.parameter], figure(row.fitted), figure(row.median),
            f"{figure(row.low_90)} … {figure(row.high_90)}",
            f"{figure(row.prior_low_90)} … {figure(row.prior_high_90)}",
            f"{100 * row.learned:.0f} %",
        )  # fmt: skip
    show(table)
    for line in [*says(tables, lang), *([lost] if lost else [])]:
        say(line)


def _tier(code: str, lang: str) -> str:
    return TIER_ZH[code] if lang == "zh" else code.replace("_", " ")


def checked(months: int, lang: str) -> None:
    """That money, goods and people were found to balance in every one of so many months."""
    say(WORDS[lang]["checked"].format(months=months))


def written(out: Path, paths: Sequence[Path]) -> None:
    """The paths of what was written, the figures by their pattern."""
    figures = [path for path in paths if path.parent != out]
    for path in paths:
        if path.parent == out:
            print(path)
    if figures:
        kinds = "|".join(sorted({path.suffix[1:] for path in figures}))
        print(f"{figures[0].parent / '*'}.{kinds} ({len(figures)})")
