"""Names of teams: each can be read, and none looks like another's."""

from __future__ import annotations

import unicodedata

from sim.view.workshop.limits import LONGEST_NAME, RefusedError, one_line

_LOOKS_LIKE = {
    "o": "0оο〇○◯", "l": "1i|ıіιӏ", "a": "аα", "b": "вβ", "c": "сϲ", "e": "еε", "h": "нη", "j": "јϳ",
    "k": "кκ", "m": "мμ", "n": "ν", "p": "рρ", "s": "ѕ", "t": "тτ", "x": "хχ", "y": "уυ", "z": "ζ",
    "一": "ー", "二": "ニ", "三": "ミ", "工": "エ", "力": "カ", "卜": "ト", "夕": "タ", "八": "ハ", "口": "ロ",
}  # fmt: skip
"""Letters, as small ones, and what is taken for them: figures, letters of other scripts whose small
or capital form looks like a Latin one, and syllables that look like Chinese characters."""
_PLAIN = {ord(one): plain for plain, letters in _LOOKS_LIKE.items() for one in letters}
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")


def team_name(given: object) -> str:
    """A team's name on one line; RefusedError when nobody could read it or tell it apart."""
    name = one_line(given, LONGEST_NAME, "name")
    if not skeleton(name):
        raise RefusedError("no_letters")
    scripts = {unicodedata.name(one, "").partition(" ")[0] for one in name if one.isalpha()}
    if len(scripts & set(_SCRIPTS)) > 1:
        raise RefusedError("mixed_letters")
    return name


def skeleton(name: str) -> str:
    """What is left of a name to the eye: two names with the same one look alike.

    Width, case, marks, blanks and punctuation do not count; 0 is o, and 1, i and | are l.
    """
    folded = unicodedata.normalize("NFKC", name).casefold()
    letters = unicodedata.normalize("NFKD", folded)
    bare = "".join(one for one in letters if unicodedata.category(one)[0] != "M")
    return "".join(
        one for one in bare.translate(_PLAIN) if unicodedata.category(one)[0] not in "CPZ"
    )
