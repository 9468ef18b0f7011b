"""What the terminal shows: a progress bar, headline tables, the paths of what was written."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from sim.outputs import BY_NAME
from sim.results import headline_names

if TYPE_CHECKING:
    from sim.compare import Comparison
    from sim.results import Results


class Bar:
    """A progress bar with the time left on a terminal, a line now and then elsewhere."""

    def __init__(self, unit: str, quiet: bool) -> None:
        self.unit, self.quiet = unit, quiet
        self.plain = not sys.stderr.isatty()
        self.tenth = -1
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
            print(f"{done} of {total} {self.unit}", file=sys.stderr)


WORDS = {
    "zh": {"output": "指标", "unit": "单位", "difference": "差异", "interval": "95%区间",
           "first": "期初", "last": "期末", "month": "月份", "paired": "次配对重复",
           "against": "对比基准", "wrote": "已写入"},
    "en": {"output": "output", "unit": "unit", "difference": "difference",
           "interval": "95 % interval", "first": "at the start", "last": "at the end",
           "month": "month", "paired": "paired replicates", "against": "against", "wrote": "wrote"},
}  # fmt: skip


def figure(value: float) -> str:
    """A number with three to four significant digits."""
    if value != value:
        return "-"
    size = abs(value)
    if size >= 100_000:
        return f"{value:,.0f}"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if size >= 0.0005 or size == 0 else f"{value:.1e}"


def headline_of_run(results: Results, lang: str) -> None:
    """First and last month of the headline outputs."""
    words, frame = WORDS[lang], results.province
    manifest = results.manifest
    table = Table(title=f"{manifest['scenario']} · {frame['month'].iloc[-1]}")
    for column in ("output", "unit", "first", "last"):
        table.add_column(words[column], justify="left" if column in ("output", "unit") else "right")
    for name in headline_names():
        output = BY_NAME[name]
        ends = [figure(float(frame[name].iloc[place])) for place in (0, -1)]
        table.add_row(getattr(output, lang), output.unit, *ends)
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
        for output in headline_names():
            row = rows.loc[(name, output)]
            table.add_row(
                getattr(BY_NAME[output], lang),
                BY_NAME[output].unit,
                figure(row["mean"]),
                figure(row["baseline"]),
                figure(row["difference"]),
                f"{figure(row['low'])} … {figure(row['high'])}",
            )
        Console(width=_width()).print(table)


def written(paths: Sequence[Path]) -> None:
    """The folder and what is in it."""
    if paths:
        folder = paths[0].parent
        names = [str(path.relative_to(folder)) for path in paths if path.parent == folder]
        more = len(paths) - len(names)
        print(f"{folder}: " + ", ".join(names) + (f" and {more} figures" if more else ""))


def _width() -> int:
    """Full width on a pipe, where there is no screen to fit."""
    return Console().width if sys.stdout.isatty() else 120
