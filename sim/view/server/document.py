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
        (
            '<v-progress-circular indeterminate size="128" style="text-align: center;">Server\n'
            "                disconnected.</v-progress-circular>",
            '<div role="alert" style="text-align: center; max-width: 24em; padding: 24px; '
            'font-size: 20px;"><v-progress-circular indeterminate size="64"></v-progress-circular>'
            f"<p>{text('server.disconnected', lang)}</p></div>",
        ),
        # The way on is what stands out, not the way to a page that does nothing any more.
        (
            '<v-btn color="secondary" text @click="reload()">',
            '<v-btn color="primary" @click="reload()">',
        ),
        (
            '<v-btn color="primary" text @click="setCancelAutoRefresh()">',
            '<v-btn text @click="setCancelAutoRefresh()">',
        ),
        ("Refresh now", text("server.reload", lang)),
        ("Cancel\n", text("server.later", lang) + "\n"),
        ("Restoring session…", text("server.restoring", lang)),
    ]
