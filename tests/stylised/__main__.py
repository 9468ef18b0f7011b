"""`python -m tests.stylised`: measure every fact, print the table and write docs/stylised_facts.md."""

from __future__ import annotations

from tests.stylised.facts import FACTS
from tests.stylised.runs import Runs
from tests.stylised.table import PAGE, page

if __name__ == "__main__":
    runs = Runs()
    text = page({fact.code: fact.measure(runs) for fact in FACTS})
    PAGE.write_text(text, encoding="utf-8")
    print(text)
