"""What a room may hold, how names are cleaned, and how something is refused in both languages."""

from __future__ import annotations

import errno
import secrets
import unicodedata

from sim.core.errors import InputError
from sim.view.problems import framed
from sim.view.words import text

YEARS = (2014, 2015, 2016, 2017)
"""Years of the programme, a round each."""
MOST_SESSIONS = 20
MOST_OPENED = 3
"""Sessions that a browser has opened and not ended."""
MOST_OPENED_ADDRESS = 6
"""The same of an address, which a whole room may share: only who leads opens a session."""
MOST_TEAMS = 12
MOST_OWN_TEAMS = 3
"""Teams of a session that a browser has begun: a shared laptop plays several."""
MOST_MEMBERS = 20
"""Devices of a team, or that lead a session."""
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
IDLE_HOURS = 72.0
"""A session that nobody has touched for so long is put away: a workshop of two days has a night, and
may have a weekend."""
EMPTY_SECONDS = 3600.0
"""A session that nobody has touched for so long, and no team has joined, makes room for another."""
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters that are not taken for a digit or for each other (no I, no O)."""
CODE_LENGTH = 6
KEY_LENGTH = 16
"""Letters of the key by which a facilitator comes back: 73 bits."""
MOST_MARKS = 3
"""Marks on one letter of a line: more would cover the lines above and below."""
FILLERS = frozenset("\u115f\u1160\u2800\U0001d159")
"""Letters and symbols by their class that show nothing; NFKC makes U+3164 and U+FFA0 the second."""


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
        if "disk" in values:
            values = values | {"why": text(f"workshop.disk_{values['disk']}", lang)}
        elif "why" in values:
            values = values | {"why": framed(values["why"], lang)}
        return text(f"workshop.refused_{self.reason}", lang, what_said=what, **values)

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]
        return _refused, (self.reason, self.values)


def _refused(reason: str, values: dict[str, object]) -> RefusedError:
    return RefusedError(reason, **values)


_DISK = {
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EACCES: "denied", errno.EPERM: "denied",
    errno.EROFS: "read_only", errno.ENOENT: "missing",
}  # fmt: skip


def disk_problem(error: Exception) -> str:
    """What is wrong with the disk, by a word of which the catalogues have `workshop.disk_WORD`."""
    if isinstance(error, BlockingIOError):
        return "in_use"
    return _DISK.get(getattr(error, "errno", None) or 0, "other")


def one_line(given: object, longest: int, what: str) -> str:
    """A name or title on one line; RefusedError when it is empty or too long.

    Control, format, private and surrogate characters go (category C: also those that turn the
    direction of writing), so do line ends and fillers that show nothing; blanks are joined.
    Compatible forms become one. What is left must show something.
    """
    line = _clean(given, longest, what)
    if not any(unicodedata.category(one)[0] not in "MZ" for one in line):
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
    shown = keep.join(" ".join(_shown(line).split()) for line in lines)
    # Again: letter and mark may have come together, and what is read back must be the same.
    return unicodedata.normalize("NFKC", shown)


def _shown(line: str) -> str:
    """A line's characters that show something, with no more marks on a letter than it can bear."""
    kept: list[str] = []
    marks = MOST_MARKS  # none before the first letter: it would sit on what stands before the line
    for one in line:
        kind = unicodedata.category(one)[0]
        if one.isspace():
            kept.append(" ")
            marks = MOST_MARKS
        elif kind == "M":
            marks += 1
            if marks <= MOST_MARKS:
                kept.append(one)
        elif kind != "C" and one not in FILLERS:
            kept.append(one)
            marks = 0
    return "".join(kept)


def new_code() -> str:
    """A code that can be read out: six letters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def new_key() -> str:
    """A key by which a facilitator comes back: four groups of four letters."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))
    return "-".join(letters[place : place + 4] for place in range(0, KEY_LENGTH, 4))


def new_secret() -> str:
    """What proves a role: 256 random bits."""
    return secrets.token_urlsafe(32)


def as_code(given: object) -> str:
    """A code as typed, in capitals and without blanks or dashes; empty if it cannot be one."""
    return _letters(given, CODE_LENGTH)


def as_key(given: object) -> str:
    """A key as typed, in the groups of `new_key`; empty if it cannot be one."""
    letters = _letters(given, KEY_LENGTH)
    return "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))


def _letters(given: object, count: int) -> str:
    if not isinstance(given, str) or len(given) > 40:
        return ""
    letters = "".join(one for one in given.upper() if one not in " -·\t")
    return letters if len(letters) == count and set(letters) <= set(ALPHABET) else ""
