"""A scenario file from a person's disk as a plan: strict, small, and reaching no other file."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from sim.core.errors import InputError
from sim.scenario import Scenario, drawable
from sim.scenario_files import OWN_FILES, one_line
from sim.view import plans
from sim.view.choice import Plan

LARGEST = 64 * 1024
"""Bytes of a file."""
WHERE = "file"
WHOLE = "document_2014"
"""Preset of files that extend none: a scenario written out whole."""
LEVELS = 12
"""Brackets within brackets, and words of a dotted key; scenarios have four of either."""
MOST_PARTS = 5_000
"""Keys and items of lists; a scenario written out whole has 1,500, the largest shipped one 3,100."""
LONGEST_WORD = 100
"""Characters of a key or number outside quotes."""
_TOKEN = re.compile(
    r"""
      (?P<text>
          \"{3} (?: [^"\\] | \\(?:.|\Z) | "(?!"") )*+ (?: "{3,5} | \Z )
        | '{3} (?: [^'] | '(?!'') )*+ (?: '{3,5} | \Z )
        | " (?: [^"\\\n] | \\. )*+ "?
        | ' [^'\n]*+ '?
        | \#[^\n]*+
      )
    | (?P<mark> [\[\]{}=,.\n] )
    | (?P<word> [^\s"'#\[\]{}=,.]++ )
    """,
    re.VERBOSE | re.DOTALL,
)
"""Parts of TOML, each read once: a text or comment, a mark, a bare word."""


def read_plan(data: bytes, lang: str = "zh") -> Plan:
    """The plan that a scenario file stands for: a preset, and what differs from it.

    `extends` is the name of a preset; a file without it is set against the document. Raises
    InputError for all else, with the key, what was given and what is allowed.
    """
    try:
        return _read(data, lang)
    except InputError:
        raise
    except Exception as error:
        # Numbers too long to be written out, names too deep to be walked through: a hostile file
        # can break its reader anywhere.
        raise InputError(WHERE, "", type(error).__name__, "a scenario") from error


def _read(data: bytes, lang: str) -> Plan:
    content = _tables(data)
    for key in OWN_FILES:
        if key in content:
            raise _refusal(key, one_line(content[key]), None)
    name = _extended(content.pop("extends", None))
    try:
        if name:
            scenario = plans.preset(name).with_tables(content, WHERE).check_names()
        else:
            # As a file is read: all that it says is on purpose, however much that is.
            scenario = Scenario.from_dict({}, WHOLE).with_tables(content, WHERE).check_names()
    except InputError as error:
        raise InputError(WHERE, error.key, error.given, error.allowed) from None
    plan = _plan(name or WHOLE, scenario)
    title = getattr(scenario.title, lang) if "title" in content else ""
    return plans.named(plan, title) if title not in ("", plans.title_of(plan, lang)) else plan


def _tables(data: bytes) -> dict[str, Any]:
    if len(data) > LARGEST:
        raise InputError(WHERE, "", f"{len(data):,} bytes", f"at most {LARGEST:,}")
    try:
        text = data.decode("utf-8-sig")
        _check_shape(text)
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(WHERE, "", one_line(error), "valid TOML in UTF-8") from None
    _check_keys(content)
    revisions = content.get("revisions")
    if isinstance(revisions, list):  # each is a scenario of its own to look at
        _check_size(revisions, "revisions", plans.MOST_REVISIONS)
    return content


def _check_shape(text: str) -> None:
    """Refuse, before it is parsed, what takes a parser long: levels, parts and words beyond bounds.

    Parsers take the square of a dotted key's words, and call themselves for each bracket.
    """
    brackets = dots = parts = 0
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        if mark is None:
            if len(token["word"] or "") > LONGEST_WORD:
                raise _unfit(
                    one_line(token["word"])[:40] + "…", f"words of {LONGEST_WORD} characters"
                )
            continue
        dots = dots + 1 if mark == "." else 0
        brackets += (mark in "[{") - (mark in "]}")
        parts += mark in "=,[{"
        if max(dots + 1, brackets) > LEVELS:
            raise _unfit("tables within tables", f"{LEVELS} levels")
        if parts > MOST_PARTS:
            raise _unfit(f"more than {MOST_PARTS:,}", f"{MOST_PARTS:,} keys and items of lists")


def _check_keys(content: object) -> None:
    """Refuse quoted keys that stand for tables within tables, as those of revisions may."""
    if isinstance(content, list):
        for one in content:
            _check_keys(one)
    if isinstance(content, dict):
        for key, one in content.items():
            if key.count(".") >= LEVELS:
                raise _unfit("tables within tables", f"{LEVELS} levels")
            _check_keys(one)


def _unfit(given: str, most: str) -> InputError:
    return InputError(WHERE, "", given, f"valid TOML with at most {most}")


def _extended(given: object) -> str:
    """The preset that a file extends; empty if it extends none."""
    if given is None:
        return ""
    if not isinstance(given, str) or given not in plans.presets():
        close = difflib.get_close_matches(str(given), list(plans.presets()), 3)
        allowed = "the name of a preset, such as " + ", ".join(close or [WHOLE])
        raise InputError(WHERE, "extends", one_line(given), allowed)
    return given


def _plan(name: str, scenario: Scenario) -> Plan:
    """The plan of a preset that is this scenario."""
    settings = {}
    differences = scenario.diff(plans.preset(name))
    # What a file holds at the preset's own value is a setting too.
    held = set(scenario.held) - set(plans.preset(name).held)
    differences |= {key: (drawable()[key], None) for key in held}
    for key, (mine, theirs) in differences.items():
        if key == "held" or key.startswith("revisions."):
            continue
        if mine is None or not plans.holdable(name, key):
            raise _refusal(key, mine, theirs)
        settings[key] = plans.plain(mine)
    plan = plans.changed(Plan(name), settings)
    for one in scenario.revisions:
        new: Mapping[str, Any] = {key: plans.plain(value) for key, value in one.set.items()}
        for key, value in new.items():
            if not plans.holdable(name, key, one.month):
                raise _refusal(f"revisions {one.month} {key}", value, None)
        plan = plans.changed(plan, new, one.month)
    _check_size(plan.settings, "settings", plans.MOST_SETTINGS)
    _check_size(plan.revisions, "revisions", plans.MOST_REVISIONS)
    for revision in plan.revisions:
        _check_size(revision.settings, f"revisions {revision.month}", plans.MOST_SETTINGS)
    for _, problem in plans.problems(plan):
        raise InputError(WHERE, problem.key, problem.given, problem.allowed)
    return plan


def _check_size(what: Sequence[Any], key: str, most: int) -> None:
    if len(what) > most:
        raise InputError(WHERE, key, len(what), f"{most} at most")


def _refusal(key: str, mine: Any, theirs: Any) -> InputError:
    """A key that a plan of this page cannot hold."""
    given = "left out" if mine is None else one_line(mine)
    if key.startswith("time."):
        return InputError(WHERE, key, given, f"{theirs}: all runs of this page share their months")
    if theirs is None and key.startswith("instruments."):
        return InputError(
            WHERE, key, given, "instruments of the preset; others run with lianghua run"
        )
    return InputError(WHERE, key, given, "as in the preset; other values run with lianghua run")
