"""Tables of a study that nobody ran: a design, and outcomes from a function of its factors."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd


def design_of(columns: dict[str, Sequence], scenario: str = "document") -> pd.DataFrame:
    """A design with so many points as the columns have values."""
    frame = pd.DataFrame(columns)
    frame.insert(0, "point", range(len(frame)))
    frame.insert(1, "scenario", scenario)
    return frame


def runs_of(
    design: pd.DataFrame,
    outcomes: Callable[[pd.DataFrame, int], dict[str, Sequence]],
    replicates: int = 1,
    failed: Sequence[tuple[int, int]] = (),
) -> pd.DataFrame:
    """Runs of every point and replicate; `outcomes` gives columns for a replicate of the design."""
    parts = []
    for replicate in range(replicates):
        part = pd.DataFrame({
            "run": [f"{point:08x}-{replicate}" for point in design["point"]],
            "point": design["point"], "scenario": design["scenario"], "replicate": replicate,
            "seed": 1 + replicate, "status": "done", "reason": "", "attempts": 1, "seconds": 0.1,
        })  # fmt: skip
        parts.append(part.assign(**outcomes(design, replicate)))
    runs = pd.concat(parts, ignore_index=True).sort_values(["point", "replicate"])
    runs = runs.reset_index(drop=True)
    names = [name for name in runs.columns if name not in parts[0].columns[:9]]
    for point, replicate in failed:
        row = (runs["point"] == point) & (runs["replicate"] == replicate)
        runs.loc[row, names] = np.nan
        runs.loc[row, ["status", "reason"]] = ["failed", "ValueError: no"]
    return runs
