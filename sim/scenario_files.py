"""Scenario files as plain values: found, read with what they extend, set, merged and written."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, cast

from sim.core.errors import InputError

DIRECTORY = Path(__file__).resolve().parent.parent / "scenarios"
OWN_FILES = ("economy", "supply_graph")
"""Keys of a scenario that name files, by paths relative to the scenario's own."""
_SHORTEST_BEGINNING = 3
"""Letters from which a word may stand for those that begin with it."""
_EXAMPLE = "path=value, such as adoption.reviews_per_year=1"


@dataclass(frozen=True)
class Layer:
    """One file's (or one setting's) content, kept apart so that errors name their source."""

    where: str
    content: dict[str, Any]


def one_line(value: object) -> str:
    """Text of a value for a message: on one line and not too long."""
    try:
        text = " ".join(str(value).split())
    except (ValueError, RecursionError):  # a number of too many digits, tables within tables
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= 200 else text[:197] + "..."


def alike(key: object, allowed: Iterable[str], most: int = 2) -> list[str]:
    """Allowed words most like the one given, whatever their case; then those that begin with it."""
    given, words = str(key).casefold(), dict[str, str]()
    for word in allowed:
        words.setdefault(word.casefold(), word)
    close = difflib.get_close_matches(given, list(words), most)
    if len(given) >= _SHORTEST_BEGINNING:
        close += [word for word in words if word.startswith(given)]
    return [words[word] for word in dict.fromkeys(close)][:most]


def closest(key: object, allowed: Sequence[str]) -> str:
    """The allowed words, after those most like the one given."""
    close = alike(key, allowed)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return hint + ", ".join(allowed)


def find(scenario: str | Path, where: object = "scenario", key: str = "") -> Path:
    """The file of a scenario given by name or path; `where` and `key` say who asks for it."""
    text = str(scenario)
    path = Path(text)
    if path.suffix == ".toml" and "\0" not in text:
        return path
    names = sorted(p.stem for p in DIRECTORY.glob("*.toml"))
    if text not in names:
        allowed = f"a path ending in .toml or a name: {closest(text, names)}"
        raise InputError(where, key, one_line(text), allowed)
    return DIRECTORY / f"{text}.toml"


def matching(pattern: str) -> list[str]:
    """Names of the shipped scenarios that a pattern with * or ? fits, numbers in their order."""
    names = [path.stem for path in DIRECTORY.glob("*.toml") if fnmatchcase(path.stem, pattern)]
    if not names:
        known = sorted(path.stem for path in DIRECTORY.glob("*.toml"))
        raise InputError("scenario", "", pattern, f"a pattern that fits one of {', '.join(known)}")

    def order(name: str) -> list[tuple[int, int, str]]:
        parts = re.split(r"(\d+)", name)
        return [(int(part.isdigit()), int(part) if part.isdigit() else 0, part) for part in parts]

    return sorted(names, key=order)


def read(path: Path, seen: Sequence[Path] = ()) -> list[Layer]:
    """The layers of a file, the most distant ancestor first."""
    whole = path.resolve()
    if whole in seen:
        chain = " -> ".join(p.stem for p in (*seen, whole))
        raise InputError(path, "extends", chain, "a chain without a circle")
    try:
        # Editors on Windows may put a byte order mark first; TOML itself knows none.
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InputError(path, "", str(error.strerror), "a readable scenario file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(path, "", one_line(error), "valid TOML in UTF-8") from None
    content = paths_beside(path, content)
    if "extends" not in content:
        return [Layer(str(path), content)]
    above = _parent(path, content.pop("extends"))
    return [*read(above, (*seen, whole)), Layer(str(path), content)]


def paths_beside(path: Path, content: Mapping[str, Any]) -> dict[str, Any]:
    """Content of a file at `path`, with OWN_FILES found from where the program runs."""

    def found(named: Any) -> Any:
        if isinstance(named, dict):
            return {**named, "path": found(named["path"])} if named.get("path") else named
        return str(path.parent / named) if isinstance(named, str) and named else named

    return {key: found(value) if key in OWN_FILES else value for key, value in content.items()}


def _parent(path: Path, parent: object) -> Path:
    """The file that `path` extends: a path or name beside it, or a shipped scenario."""
    if not isinstance(parent, str):
        raise InputError(path, "extends", parent, "a name or path of a scenario")
    if parent.endswith(".toml"):
        above = path.parent / parent
        if not above.is_file():
            raise InputError(path, "extends", parent, f"a file; there is no {above}")
        return above
    beside = path.parent / f"{parent}.toml"
    return beside if beside.is_file() else find(parent, path, "extends")


def parse_setting(text: str) -> Layer:
    """A `path=value` setting; the value is TOML, or a bare word taken as text."""
    path, equals, value = text.partition("=")
    keys = keys_of(path)
    if not equals or not keys:
        raise InputError("--set", "", one_line(text), _EXAMPLE)
    where, value = f"--set {one_line(text)}", value.strip()
    try:
        parsed = tomllib.loads(f"value = {value}")
    except tomllib.TOMLDecodeError as error:
        if value.startswith(("[", "{", '"', "'")):
            problem = f"{one_line(value)} ({one_line(error)})"
            raise InputError(where, ".".join(keys), problem, "a TOML value") from None
        parsed = {"value": value, **({"more": True} if len(value.splitlines()) > 1 else {})}
    if set(parsed) != {"value"}:
        raise InputError(where, ".".join(keys), one_line(value), "one value for each --set")
    return Layer(where, nested(keys, parsed["value"]))


def nested(keys: Sequence[str], value: Any) -> dict[str, Any]:
    """A value within the tables of its keys."""
    for key in reversed(keys):
        value = {key: value}
    return cast(dict[str, Any], value)


def keys_of(path: str) -> list[str]:
    """The keys of a dotted path, quoted ones read as TOML; none if it cannot be read."""
    if len(path.splitlines()) > 1:
        return []
    if '"' not in path and "'" not in path:
        keys = [key.strip() for key in path.split(".")]
        return keys if all(keys) else []
    try:
        table: Any = tomllib.loads(f"{path} = 0")
    except tomllib.TOMLDecodeError:
        return []
    keys = []
    while isinstance(table, dict) and table:
        [(key, table)] = table.items()
        keys.append(key)
    # A comment or the head of a table is TOML too, but holds no key with a value.
    return keys if table == 0 else []


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables merge key by key; everything else is replaced, and so is a file by another one."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        both = isinstance(value, Mapping) and isinstance(old, Mapping)
        # The hash of a file must not stay with the path of another.
        both = both and not (key in OWN_FILES and "path" in value)
        merged[key] = merge(cast(Mapping[str, Any], old), value) if both else value
    return merged


def holds(content: Any, path: Sequence[Any]) -> bool:
    """Does plain content have a value at a path of keys and positions?"""
    for part in path:
        if (isinstance(content, Mapping) and part in content) or (
            isinstance(content, list | tuple) and isinstance(part, int) and part < len(content)
        ):
            content = content[part]
        else:
            return False
    return True


def flat(content: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Dotted path -> value of every value that is not a table."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            found |= flat(value, f"{path}.")
        else:
            found[path] = value
    return found


def toml(content: Mapping[str, Any]) -> str:
    """Plain values as a TOML document."""
    return "\n".join(_table(content, ())).strip() + "\n"


def _table(content: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = {k: v for k, v in content.items() if not isinstance(v, Mapping)}
    lines = [f"\n[{'.'.join(path)}]"] if path and (plain or not content) else []
    lines += [f"{quoted(key)} = {toml_value(value)}" for key, value in plain.items()]
    for key, value in content.items():
        if isinstance(value, Mapping):
            lines += _table(value, (*path, quoted(key)))
    return lines


def quoted(key: str) -> str:
    """A key as TOML has it, in quotes where it needs them."""
    bare = key.replace("_", "").replace("-", "").isalnum() and key.isascii()
    return key if bare else _text(key)


def _text(text: str) -> str:
    # JSON's escapes are TOML's, but JSON lets the delete character stand.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: Any) -> str:
    """One plain value as TOML on one line."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{quoted(k)} = {toml_value(v)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _text(value) if isinstance(value, str) else repr(value)
