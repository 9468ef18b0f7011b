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
_TOGETHER = frozenset(
    (
        "LATIN",
        "CJK",
        "HIRAGANA",
        "KATAKANA",
        "KATAKANA-HIRAGANA",
        "HANGUL",
        "BOPOMOFO",
        "IDEOGRAPHIC",
    )
)
"""Scripts that people here write beside each other; of all others a name has one alone."""
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzßæœøđłþð")
"""Small Latin letters without marks that no alphabet lacks for its looks."""
_RADICALS = ("CJK RADICAL", "KANGXI RADICAL")


def team_name(given: object) -> str:
    """A team's name on one line; RefusedError when nobody could read it or tell it apart."""
    name = one_line(given, LONGEST_NAME, "name")
    if not skeleton(name):
        raise RefusedError("no_letters")
    letters = [one for one in name if unicodedata.category(one) in ("Lu", "Ll", "Lt", "Lo", "So")]
    names = {one: unicodedata.name(one, "") for one in letters}
    scripts = {names[one].partition(" ")[0] for one in letters if one.isalpha()}
    others = scripts - _TOGETHER
    odd = any(_is_odd(one, names[one]) for one in letters)
    if odd or len(others) > 1 or (others and scripts & _TOGETHER):
        raise RefusedError("mixed_letters")
    return name


def _is_odd(letter: str, name: str) -> bool:
    """A letter that is there to look like another: of phonetics, small capitals, radicals."""
    if name.startswith(_RADICALS):
        return True
    if not name.startswith("LATIN "):
        return False
    bare = unicodedata.normalize("NFKD", letter.casefold())
    return any(one not in _LATIN for one in bare if unicodedata.category(one)[0] == "L")


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
