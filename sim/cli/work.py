"""What a command says before long work, and where its results go."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from sim.scale import understated

if TYPE_CHECKING:
    from experiments.estimate import Estimate

LONG = 60.0
"""Seconds of work after which results are kept even where nobody said where."""
KEPT = {
    "en": "lianghua: there was no --out; after {minutes:.1f} minutes of work the results are kept in "
    "{folder}",
    "zh": "lianghua：未指定--out；因已运行{minutes:.1f}分钟，结果保存在{folder}",
}


class Output:
    """Where the results of a command go.

    Into `out`, which is checked at once. Without it results are shown alone, unless the work took
    a minute or more: then they are kept in `out/COMMAND-TIME`, or where that cannot be written in
    the system's folder for temporary files.
    """

    def __init__(self, command: str, out: Path | None, force: bool) -> None:
        from sim.core.files import Folder

        if out is not None:
            Folder(out, force).check()
        self.out = out
        self.command = command
        self._began, self._at = monotonic(), datetime.now()

    def save(self, write: Callable[[Path], Sequence[Path]], lang: str = "en") -> None:
        """Have `write` fill the folder, if there is one, and say what was written."""
        from sim.terminal import written

        folder, seconds = self.out, monotonic() - self._began
        if folder is None:
            if seconds < LONG:
                return
            folder = self._kept_in()
            said = KEPT[lang].format(minutes=seconds / 60.0, folder=folder)
            print(said, file=sys.stderr)
        written(folder, write(folder))

    def _kept_in(self) -> Path:
        """A new folder of this command's own: two that began in the same second have two."""
        name = f"{self.command}-{self._at:%Y%m%d-%H%M%S}"
        for number in count(1):
            folder = Path("out") / (name if number == 1 else f"{name}-{number}")
            try:
                folder.mkdir(parents=True)
            except FileExistsError:
                continue
            except OSError:
                break
            return folder
        return Path(tempfile.mkdtemp(prefix=f"lianghua-{name}-"))


def say_scale(scale: float, lang: str, quiet: bool) -> None:
    """Say it where effects at this scale are known to be understated."""
    said = understated(scale, lang)
    if said and not quiet:
        print(said, file=sys.stderr)


def say_cost(cost: Estimate, lang: str) -> None:
    """What work will cost."""
    print(cost.text(lang), file=sys.stderr)
