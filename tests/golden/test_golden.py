"""Results stay what they are: tables and documents to the bit, texts until a person has looked.

`python -m tests.golden` shows the differences whole and keeps results anew.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.cases import CASES
from tests.golden.keep import (
    DIGEST,
    Results,
    collect,
    differences,
    path_of,
    same_processor,
    text_differences,
)
from tests.golden.make import make

HOW = "python -m tests.golden shows what differs; with --update it is kept"


@pytest.mark.skipif(
    not same_processor(),
    reason="another processor adds up in another order: python -m tests.golden --close compares",
)
@pytest.mark.parametrize("name", CASES)
def test_results_are_what_they_were(name: str, tmp_path: Path) -> None:
    kept, made = Results.read(path_of(name)), make(CASES[name], tmp_path)
    data = list(differences(kept, made, exact=True))
    assert not data, "\n".join([HOW, *data])
    texts = list(text_differences(kept, made))
    assert not texts, "\n".join([HOW, *texts[:40]])


def test_a_difference_is_seen_wherever_it_is(tmp_path: Path) -> None:
    rows = [f"{n},{n / 3!r}" for n in range(100)]

    def results(rows: list[str], document: str, text: str) -> Results:
        (tmp_path / "long.csv").write_text("\n".join(["n,third", *rows]) + "\n", encoding="utf-8")
        (tmp_path / "made.json").write_text(document, encoding="utf-8")
        return collect(tmp_path, {"printed": text})

    kept = results(rows, '{"a": [1, 0.5], "version": "1"}', "first words, 3.2 s")
    assert kept.data["long.csv"].count("\n") < 30
    assert DIGEST in kept.data["long.csv"]
    same = results(rows, '{"a": [1, 0.5], "version": "2"}', "first words, 4.7 s")
    assert not list(differences(kept, same, exact=True))
    assert not list(text_differences(kept, same))
    # A row that is not among those kept, a number in its last digit, a word.
    changed = [*rows[:51], f"51,{51 / 3 * (1 + 1e-15)!r}", *rows[52:]]
    other = results(changed, '{"a": [1, 0.25]}', "other words, 3.2 s")
    data = list(differences(kept, other, exact=True))
    assert any("long.csv" in line and "all rows" in line for line in data)
    assert any("made.json a 1: 0.5 kept, 0.25 made" in line for line in data)
    assert any("+other words" in line for line in text_differences(kept, other))
    # Another processor may move the last digits, and nothing else.
    near = [f"{n},{n / 3 * (1 + 1e-14)!r}" for n in range(100)]
    close = results(near, '{"a": [1, 0.5], "version": "1"}', "first words, 3.2 s")
    assert list(differences(kept, close, exact=True))
    assert not list(differences(kept, close, exact=False))
    far = [f"{n},{n / 3 * (1 + 1e-6)!r}" for n in range(100)]
    assert list(differences(kept, results(far, "{}", ""), exact=False))


def test_what_is_gone_or_new_is_a_difference() -> None:
    kept, made = Results({"a.csv": "x\n1\n"}, {}), Results({"b.csv": "x\n1\n"}, {})
    assert list(differences(kept, made, exact=True)) == ["a.csv: gone", "b.csv: new"]
