"""`python -m tests.stylised`: measure every fact, print the page and write it and its table."""

from __future__ import annotations

from tests.stylised.facts import FACTS
from tests.stylised.runs import Runs
from tests.stylised.table import page, write

if __name__ == "__main__":
    runs = Runs()
    figures = {fact.code: fact.measure(runs) for fact in FACTS}
    write(figures)
    print(page(figures))
