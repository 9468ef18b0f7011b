"""A session as the server holds it: with what must not leave the server, and what outlives it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from sim.view.workshop.state import Session

FACILITATOR = "facilitator"


@dataclass(frozen=True)
class Origin:
    """Where a request comes from: the browser's id and its address, as the gate knows them; empty
    where there is none, as within the server itself."""

    browser: str = ""
    address: str = ""


NOWHERE = Origin()


@dataclass(frozen=True)
class Pass:
    """What a device holds: in which session, as whom ("facilitator" or a team's key), and the proof."""

    code: str
    who: str
    secret: str


@dataclass
class Held:
    """A session with digests of passes, the teams' words and the facilitator's key to come back by.

    Passes, browsers and addresses are kept as digests alone.
    """

    session: Session
    key: str
    digests: dict[str, list[str]] = field(default_factory=dict)
    """Digests of the passes that hold, by role."""
    browsers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Roles of each browser, the newest last, with the digest of its pass."""
    words: dict[str, str] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    """Browser that began each team."""
    opener: tuple[str, str] = ("", "")
    """Browser and address that opened the session."""
    counted: int = 0
    """Teams that ever joined: a key is never given twice."""
    touched: float = 0.0
    source: str = ""
    """Digest of the file that the command line had it taken from."""
    unsaved: str = ""
    """What keeps the last change from being in its record; empty if nothing does."""
    tried: float = 0.0
    """When the record was last written, or not."""
    changes: int = field(default=0, compare=False)
    """Changes to any of this since it is held."""
    saved: int = field(default=0, compare=False)
    """How many of them are in the record."""

    def copied(self) -> Held:
        """The same for who looks at it while it changes."""
        return replace(
            self,
            digests={role: list(some) for role, some in self.digests.items()},
            browsers={browser: dict(roles) for browser, roles in self.browsers.items()},
            words=dict(self.words),
            makers=dict(self.makers),
        )


def digest(secret: str | bytes) -> str:
    """What is kept of a secret; nothing of nothing."""
    content = secret if isinstance(secret, bytes) else secret.encode("utf-8", "replace")
    return hashlib.sha256(content).hexdigest() if content else ""
