"""What was chosen before: undo, redo, reset. Where a page looks is no step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.view.choice import Choice

MOST = 100
"""Steps that can be taken back."""


@dataclass(frozen=True)
class History:
    """The choice of a page, those before it and those taken back; immutable.

    A step is a change of the plan, of the saved plans or of the baseline. Month, panel, language and
    type size go along with whatever is shown: playing through the months leaves no trace here, and
    undo does not throw a reader back to another panel.
    """

    present: Choice
    past: tuple[Choice, ...] = ()
    future: tuple[Choice, ...] = ()

    def chosen(self, choice: Choice) -> History:
        """With a new choice; a step if something is to be run or shown beside it."""
        if _steps(choice) == _steps(self.present):
            return replace(self, present=choice)
        return History(choice, (*self.past, self.present)[-MOST:])

    def undone(self) -> History:
        """One step back, if there is one."""
        if not self.past:
            return self
        back = _looking(self.past[-1], self.present)
        return History(back, self.past[:-1], (self.present, *self.future))

    def redone(self) -> History:
        """One step forth again, if one was taken back."""
        if not self.future:
            return self
        forth = _looking(self.future[0], self.present)
        return History(forth, (*self.past, self.present)[-MOST:], self.future[1:])

    def reset(self, first: Choice | None = None) -> History:
        """Back to the first choice (a fresh page unless given); that is a step too."""
        return self.chosen(_looking(first or Choice(), self.present))


def _steps(choice: Choice) -> tuple[object, ...]:
    return choice.plan, choice.saved, choice.baseline


def _looking(choice: Choice, now: Choice) -> Choice:
    """A choice seen where the page looks now."""
    return replace(choice, lang=now.lang, month=now.month, panel=now.panel, large=now.large)
