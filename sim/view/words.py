"""Texts of the view in Chinese and English, from locale/*.json; both hold the same keys."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("zh", "en")


@cache
def catalogue(lang: str) -> dict[str, str]:
    """Every text by key: `part.key`, of all files locale/PART.LANG.json."""
    found: dict[str, str] = {}
    for path in sorted(FOLDER.glob(f"*.{lang}.json")):
        part = path.name.split(".")[0]
        texts = json.loads(path.read_text(encoding="utf-8"))
        found |= {f"{part}.{key}": text for key, text in texts.items()}
    return found


def text(key: str, lang: str, **values: object) -> str:
    """A text with its values filled in."""
    return catalogue(lang)[key].format(**values) if values else catalogue(lang)[key]
