"""What the terminal shows: a progress bar, headline tables, the paths of what was written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sim.outputs import BY_NAME
from sim.report.text import figure, is_share
from sim.results import headline_names, unit_of

if TYPE_CHECKING:
    from sim.comparison import Comparison
    from sim.results import Results
    from sim.scoring import Scorecard


class Bar:
    """A progress bar with the time left on a terminal, a line now and then elsewhere."""

    def __init__(self, unit: str, quiet: bool) -> None:
        self.unit, self.quiet = unit, quiet
        self.plain = not sys.stderr.isatty()
        self.tenth = -1
        self.began = monotonic()
        self.progress = Progress(
            TextColumn(unit), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), transient=True,
        )  # fmt: skip
        self.task = self.progress.add_task(unit, total=None)

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

    def update(self, done: int, total: int) -> None:
        """So many of so many are done."""
        if self.quiet:
            return
        if not self.plain:
            self.progress.update(self.task, completed=done, total=total)
        elif done * 10 // total > self.tenth:
            self.tenth = done * 10 // total
            print(f"{done} of {total} {self.unit}{self._left(done, total)}", file=sys.stderr)

    def _left(self, done: int, total: int) -> str:
        """The time left at the pace so far."""
        if not 0 < done < total:
            return ""
        seconds = round((monotonic() - self.began) / done * (total - done))
        return f", {seconds // 60}:{seconds % 60:02d} left"


WORDS = {
    "zh": {"output": "指标", "unit": "单位", "difference": "差异", "interval": "95%区间",
           "first": "期初", "last": "期末", "paired": "次配对重复",
           "against": "对比基准", "points": "个百分点"},
    "en": {"output": "output", "unit": "unit", "difference": "difference",
           "interval": "95 % interval", "first": "at the start", "last": "at the end",
           "paired": "paired replicates", "against": "against", "points": "points"},
}  # fmt: skip


def gap(value: float, unit: str, lang: str) -> str:
    """A difference with its sign; of shares in percentage points."""
    if value != value:
        return "-"
    sign = "+" if value > 0 else ""
    if is_share(unit):
        return f"{sign}{100 * value:.2f} {WORDS[lang]['points']}"
    return sign + figure(value)


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
    Console(width=_width()).print(table)


def headline_of_comparison(comparison: Comparison, lang: str) -> None:
    """Means, paired differences and intervals of the headline outputs in the last month."""
    words = WORDS[lang]
    last = comparison.province["month"].iloc[-1]
    rows = comparison.differences([last]).set_index(["scenario", "output"])
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
        Console(width=_width()).print(table)


def scorecard_tables(scorecard: Scorecard, lang: str) -> None:
    """The headline targets and then the others: figure with interval and runs that meet it."""
    from sim.report.score_rows import SCORE_WORDS, lines

    words = SCORE_WORDS[lang]
    titles = {one.name: getattr(one.title, lang) or one.name for one in scorecard.scenarios}
    made = lines(scorecard, lang)
    console = Console(width=_width())
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
        console.print(table)
    for key in ("weak", "prices_note", "chance"):
        console.print(words[key].format(n=scorecard.replicates), highlight=False)


def written(out: Path, paths: Sequence[Path]) -> None:
    """The paths of what was written, the figures by their pattern."""
    figures = [path for path in paths if path.parent != out]
    for path in paths:
        if path.parent == out:
            print(path)
    if figures:
        kinds = "|".join(sorted({path.suffix[1:] for path in figures}))
        print(f"{figures[0].parent / '*'}.{kinds} ({len(figures)})")


def _width() -> int:
    """Full width on a pipe, where there is no screen to fit."""
    return Console().width if sys.stdout.isatty() else 200
