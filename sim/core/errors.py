"""The one exception that means "the user gave something that cannot be used"."""

from __future__ import annotations


class InputError(Exception):
    """Bad input: says where it stands, what was given and what is allowed.

    The command line prints it on one line and ends with exit code 2; nothing has been written.
    """

    def __init__(
        self, where: object, key: str, given: object = None, allowed: object = None
    ) -> None:
        self.where = str(where)
        self.key = key
        self.given = given
        self.allowed = allowed
        parts = [f"{self.where}: {key}" if key else self.where]
        if given is not None:
            parts.append(f"given {_shown(given)}")
        if allowed is not None:
            parts.append(f"allowed: {allowed}")
        super().__init__("; ".join(parts))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, str, object, object]]:
        return type(self), (self.where, self.key, self.given, self.allowed)


def _shown(given: object) -> str:
    """What was given, on one line and not too long."""
    try:
        text = f"'{given}'" if isinstance(given, str) else repr(given)
    except Exception:  # a whole number of too many digits, an object that cannot be shown
        text = f"a value of type {type(given).__name__}"
    text = " ".join(text.splitlines())
    return text if len(text) <= 400 else f"{text[:397]}..."
