"""Documents without the page: the one that asks for the room's code, and short notices.

They load our font where the machine has no Chinese one, and nothing else.
"""

from __future__ import annotations

from html import escape

from sim.view.words import text

FONT = "/lianghua/noto-sans-sc-subset.woff2"
TOKEN = "token"
"""The hidden field that shows that the form is ours."""
STYLE = """
@font-face { font-family: "Lianghua Sans"; src: local("Noto Sans SC"), local("Noto Sans CJK SC"),
  local("NotoSansCJKsc-Regular"), local("PingFang SC"), local("Microsoft YaHei"),
  url("/lianghua/noto-sans-sc-subset.woff2") format("woff2");
  font-display: swap; unicode-range: U+3000-30FF, U+4E00-9FFF, U+FF00-FFEF; }
:root { color-scheme: light; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f4f6f8;
  color: #1b2733; font: 18px/1.5 "Lianghua Sans", system-ui, sans-serif; }
main { box-sizing: border-box; width: min(26rem, 92vw); padding: 2rem; background: #fff;
  border: 1px solid #d5dbe1; border-radius: 8px; }
h1 { margin: 0 0 .5rem; font-size: 1.4rem; }
p { margin: 0 0 1rem; }
.other { color: #4a5866; font-size: .85em; display: block; }
label { display: block; margin-bottom: .3rem; }
input { box-sizing: border-box; width: 100%; padding: .6rem .7rem; font: inherit;
  letter-spacing: .12em; border: 1px solid #5b6b7a; border-radius: 4px; }
button { width: 100%; margin-top: 1rem; padding: .7rem; font: inherit; color: #fff;
  background: #1f4e8c; border: 0; border-radius: 4px; cursor: pointer; }
input:focus-visible, button:focus-visible { outline: 3px solid #e0a100; outline-offset: 2px; }
.message { padding: .6rem .7rem; color: #7a1c12; background: #fdecea; border-radius: 4px; }
"""


def door_page(lang: str, token: str, message: str = "") -> str:
    """The document that asks for the code.

    `token` comes back with it; `message` is empty, `wrong` or `slow`.
    """
    said = f'<p class="message" role="alert">{both(message, lang)}</p>' if message else ""
    return _document(
        lang,
        f"""{said}<p>{both("why", lang)}</p>
<form method="post" action=""><input type="hidden" name="{TOKEN}" value="{escape(token)}">
<label for="code">{both("label", lang)}</label>
<input id="code" name="code" type="text" autocomplete="off" autocapitalize="characters"
 spellcheck="false" maxlength="200" required autofocus>
<button type="submit">{escape(text("server.enter", lang))} {escape(text("server.enter", other(lang)))}</button>
</form>""",
    )


def notice_page(lang: str, message: str) -> str:
    """A document that says one thing, and how to try again; `message` is a key of the catalogue."""
    said = f'<p class="message" role="alert">{both(message, lang)}</p>'
    return _document(lang, f'{said}<p><a href="">{both("reload", lang)}</a></p>')


def both(key: str, lang: str) -> str:
    """A text of the server in the page's language and below it in the other, as HTML."""
    first, second = (escape(text(f"server.{key}", one)) for one in (lang, other(lang)))
    return f'{first}<span class="other" lang="{_TAGS[other(lang)]}">{second}</span>'


def other(lang: str) -> str:
    """The other language."""
    return "en" if lang == "zh" else "zh"


def _document(lang: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="{_TAGS[lang]}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(text("server.title", lang))}</title><style>{STYLE}</style></head>
<body><main><h1>{both("title", lang)}</h1>{content}</main></body></html>
"""


_TAGS = {"zh": "zh-CN", "en": "en"}
