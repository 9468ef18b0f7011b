"""What a room may hold, how names are cleaned, and how something is refused in both languages."""

from __future__ import annotations

import secrets
import unicodedata

from sim.core.errors import InputError
from sim.view.problems import framed
from sim.view.words import text

YEARS = (2014, 2015, 2016, 2017)
"""Years of the programme, a round each."""
MOST_SESSIONS = 20
MOST_TEAMS = 12
MOST_MEMBERS = 20
"""Devices of a team."""
MOST_EVENTS = 2_000
MOST_SETTINGS = 1_000
"""Settings of a move."""
LONGEST_NAME = 24
LONGEST_TITLE = 60
LONGEST_NOTE = 300
LARGEST_BUDGET = 1e8
"""10k CNY over four years."""
LONGEST_ROUND = 180
"""Minutes."""
IDLE_HOURS = 12.0
"""A session that nobody has touched for so long is forgotten."""
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters that are not taken for a digit or for each other (no I, no O)."""
CODE_LENGTH = 6


class RefusedError(InputError):
    """Something that the room does not take; `say` tells why in the reader's language."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__("workshop", reason, *[str(one) for one in values.values()][:1])
        self.reason = reason
        self.values = values

    def say(self, lang: str) -> str:
        """The message to show."""
        what = text(f"workshop.what_{self.values['what']}", lang) if "what" in self.values else ""
        values = self.values
        if "why" in values:
            values = values | {"why": framed(values["why"], lang)}
        return text(f"workshop.refused_{self.reason}", lang, what_said=what, **values)

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]
        return _refused, (self.reason, self.values)


def _refused(reason: str, values: dict[str, object]) -> RefusedError:
    return RefusedError(reason, **values)


def one_line(given: object, longest: int, what: str) -> str:
    """A name or title on one line; RefusedError when it is empty or too long.

    Control, format, private and surrogate characters go (category C: also those that turn the
    direction of writing), so do line ends; blanks are joined. Compatible forms become one, so that
    two names that look the same are the same.
    """
    line = _clean(given, longest, what)
    if not line:
        raise RefusedError("empty", what=what)
    if len(line) > longest:
        raise RefusedError("long", what=what, most=longest)
    return line


def several_lines(given: object, longest: int, what: str) -> str:
    """A note: as `one_line`, but line ends stay (five at most) and it may be empty."""
    lines = _clean(given, longest, what, keep="\n").split("\n")
    lines = [line for line in lines if line]
    kept = "\n".join([*lines[:5], *([" ".join(lines[5:])] if lines[5:] else [])])
    if len(kept) > longest:
        raise RefusedError("long", what=what, most=longest)
    return kept


def _clean(given: object, longest: int, what: str, keep: str = "") -> str:
    if not isinstance(given, str) or len(given) > 20 * longest:
        raise RefusedError("long", what=what, most=longest)
    whole = unicodedata.normalize("NFKC", given)
    lines = whole.splitlines() if keep else [whole]
    return keep.join(
        " ".join("".join(_letter(one) for one in line).split()) for line in lines
    )  # fmt: skip


def _letter(one: str) -> str:
    if one.isspace():
        return " "
    return "" if unicodedata.category(one)[0] == "C" else one


def new_code() -> str:
    """A code that can be read out: six letters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_secret() -> str:
    """What proves a role: 256 random bits."""
    return secrets.token_urlsafe(32)


def as_code(given: object) -> str:
    """A code as typed, in capitals and without blanks or dashes; empty if it cannot be one."""
    if not isinstance(given, str) or len(given) > 40:
        return ""
    letters = "".join(one for one in given.upper() if one not in " -·\t")
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(ALPHABET) else ""
