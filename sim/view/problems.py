"""Problems of a scenario, a file or a question in the page's language, framed as an address's are.

An answer and a run carry a problem as the text of an `InputError` (`sim.core.errors`), so its parts
are read from that text. What is allowed stays as the model says it.
"""

from __future__ import annotations

import re
from pathlib import PurePath

from sim.core.errors import InputError, NotFiniteError
from sim.view.words import text

_PARTS = re.compile(
    r"(?P<where>(?:(?!: |; ).)*)(?:: (?P<key>(?:(?!; (?:given|allowed:) ).)*))?"
    r"(?:; given (?P<given>.*?))?(?:; allowed: (?P<allowed>.*))?",
    re.DOTALL,
)
WHERES = (
    "address",
    "file",
    "plan",
    "results",
    "story",
    "firm",
    "city",
    "ego",
    "audit",
    "ledger",
    "clusters",
    "firms",
)
"""Places that an InputError of the page names by one word; all others are names of their own."""


def plain(error: BaseException) -> str:
    """What a page may show of an error: ours in full, of another its kind alone, for its text may
    name the server's own files; that text belongs in the log."""
    ours = isinstance(error, InputError | NotFiniteError)
    return str(error) if ours else type(error).__name__


def framed(problem: object, lang: str) -> str:
    """A problem with where, key, what was given and what is allowed in words of the language.

    `problem` is an InputError or its text; what is no such text stays as it is.
    """
    said = str(problem)
    found = _PARTS.fullmatch(said)
    if found is None or (found["given"] is None and found["allowed"] is None):
        return said
    where = found["where"]
    if PurePath(where).is_absolute():
        where = PurePath(
            where
        ).name  # whoever looks at the page has no use for the server's folders
    parts = [text(f"problems.{where}", lang) if where in WHERES else where]
    if found["key"]:
        parts.append(text("problems.key", lang, name=found["key"]))
    told = []
    if found["given"] is not None:
        told.append(text("problems.given", lang, given=_bare(found["given"])))
    if found["allowed"] is not None:
        told.append(text("problems.allowed", lang, allowed=found["allowed"]))
    comma, colon, stop = (",", ":", ";") if lang == "zh" else (", ", ": ", "; ")
    return comma.join(parts) + colon + stop.join(told)


def _bare(given: str) -> str:
    """What was given without the marks that its text stands in."""
    quoted = len(given) > 1 and given[0] == given[-1] and given[0] in "'\""
    return given[1:-1] if quoted else given
