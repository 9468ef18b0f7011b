"""A scenario file from a person's disk as a plan: strict, small, and reaching no other file."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
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
        return tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(WHERE, "", one_line(error), "valid TOML in UTF-8") from None


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
    if (problem := plans.first_problem(plan)) is not None:
        raise InputError(WHERE, problem[1].key, problem[1].given, problem[1].allowed)
    return plan


def _check_size(what: tuple[Any, ...], key: str, most: int) -> None:
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
