"""What axe finds on a page: the rules of WCAG 2 at levels A and AA."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe

RULES = {"runOnly": ["wcag2a", "wcag2aa"]}
GRAVE = ("serious", "critical")


def barriers(page: Any) -> str:
    """Serious and critical violations in lines, empty if there are none."""
    found = Axe().run(page, options=RULES).response["violations"]
    return "\n".join(
        f"{one['id']} ({len(one['nodes'])}): {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in GRAVE
    )
