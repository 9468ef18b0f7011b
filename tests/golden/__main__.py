"""`python -m tests.golden`: show what differs from the golden results, or keep them anew.

Without options it makes every case and shows the differences; `--update` keeps tables, documents
and texts as they are now, `--update-texts` the texts alone; `--case NAME` takes only that one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.golden.cases import CASES
from tests.golden.keep import (
    KEPT,
    PROCESSOR,
    Results,
    differences,
    path_of,
    processor,
    text_differences,
)
from tests.golden.make import make


def main() -> int:
    """Make the cases; 1 if anything differs that was not kept anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one")
    parser.add_argument("--update", action="store_true", help="keep all as it is now")
    parser.add_argument(
        "--update-texts", action="store_true", help="keep the texts as they are now"
    )
    parser.add_argument("--close", action="store_true",
                        help="let numbers differ as another processor may make them")  # fmt: skip
    options = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    differs = False
    for name in options.case or CASES:
        began, kept = time.monotonic(), Results.read(path_of(name))
        with tempfile.TemporaryDirectory() as folder:
            made = make(CASES[name], Path(folder))
        data = list(differences(kept, made, not options.close))
        texts = list(text_differences(kept, made))
        print(f"{name}: {len(data)} differences of data, {len(texts)} lines of texts "
              f"({time.monotonic() - began:.1f} s)", flush=True)  # fmt: skip
        for line in [*data, *texts]:
            print(f"  {line}")
        if options.update or (options.update_texts and not data):
            path_of(name).write_bytes(made.written())
            PROCESSOR.write_text(processor(), encoding="utf-8")
        else:
            differs = differs or bool(data or texts)
    return int(differs)


if __name__ == "__main__":
    sys.exit(main())
