"""The document that starts the page, as the page's library writes it, put right."""

from __future__ import annotations

from sim.view.words import text


def mended(document: str, lang: str) -> str:
    """The library's document with its language said, zoom allowed, and its messages in `lang`."""
    for old, new in replacements(lang):
        document = document.replace(old, new)
    return document


def replacements(lang: str) -> list[tuple[str, str]]:
    """What the library's template says, and what it says here."""
    return [
        ("<html>", f'<html lang="{"zh-CN" if lang == "zh" else "en"}">'),
        (", maximum-scale=1, user-scalable=no, minimal-ui", ""),
        (
            "Please refresh the page</v-card-title>",
            text("server.refresh", lang) + "</v-card-title>",
        ),
        ("Could not restore session. Please refresh.", text("server.lost", lang)),
        ("Could not restore session. Please refresh the page.", text("server.lost", lang)),
        (
            "App is disconnected, and may not function properly. Please refresh the page.",
            text("server.lost", lang),
        ),
        (
            '<v-progress-linear :style="{visibility: (kernelBusyLong',
            f'<v-progress-linear aria-label="{text("server.busy", lang)}"'
            ' :style="{visibility: (kernelBusyLong',
        ),
        ("Refresh now", text("server.reload", lang)),
        ("Cancel\n", text("server.later", lang) + "\n"),
        ("Restoring session…", text("server.restoring", lang)),
    ]
