"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Lang = Literal["zh", "en"]
Out = Annotated[Path | None, typer.Option("--out", help="folder for results")]
Scale = Annotated[float, typer.Option("--scale", help="share of the province's firms, 0.01 to 25")]
Until = Annotated[str | None, typer.Option("--until", help="last month, YYYY-MM")]
Replicates = Annotated[int, typer.Option("--replicates", help="runs of each scenario")]
Seed = Annotated[int, typer.Option("--seed", help="seed of the (first) run")]
Pairs = Annotated[int, typer.Option("--replicates", help="replicates of every twin run")]
Follow = Annotated[
    int, typer.Option("--follow", help="months that twins go on after the last month counted")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", help="path=value, overrides a key; repeatable")
]
Language = Annotated[Lang, typer.Option("--lang", help="language of labels and figures")]
Check = Annotated[bool, typer.Option("--check", help="verify money, goods and people every month")]
Quiet = Annotated[bool, typer.Option("--quiet", help="no progress on stderr")]
Force = Annotated[bool, typer.Option("--force", help="write into a folder that is not empty")]
Parameters = Annotated[
    str,
    typer.Option(
        "--parameters",
        help="posterior: a draw of the fitted parameters for each seed; central: the scenario's own"
        " values; or a calibration's folder",
    ),
]
Workers = Annotated[int | None, typer.Option("--workers", help="processes; all cores by default")]
