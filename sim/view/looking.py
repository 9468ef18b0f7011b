"""What a panel is handed: the snapshot, the language, and how it speaks back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sim.view.choice import Choice
from sim.view.snapshot import Snapshot
from sim.view.words import text


def stay(choice: Choice) -> None:
    """Choose nothing, as panels do: what they show can be of a former choice, until runs are in."""


@dataclass(frozen=True, eq=False)
class View:
    """A moment of a page. `choose` takes the choice to show next (it can be undone)."""

    snapshot: Snapshot
    choose: Callable[[Choice], None]

    @property
    def choice(self) -> Choice:
        """What is chosen."""
        return self.snapshot.choice

    @property
    def lang(self) -> str:
        """zh or en."""
        return self.choice.lang

    @property
    def large(self) -> bool:
        """Large type, for a projector?"""
        return self.choice.large

    def say(self, key: str, **values: object) -> str:
        """A text of the catalogue in the page's language."""
        return text(key, self.lang, **values)
