"""The room's code beside the records of its workshops: who was in stays in when a server is killed.

With `--code auto` every server draws a code. Where it goes on with the workshops of the server
before, the former code goes on too: another one would send everybody to the door in mid-round.
"""

from __future__ import annotations

import logging
from pathlib import Path

from sim.view.server.code import usable
from sim.view.server.records import KEY, SUFFIX, Records, _put

CODE = "code"

log = logging.getLogger("lianghua.view")


class RecordsWithCode(Records):
    """The files of one server in `folder`, and the code of its room, which its owner alone may read."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._code: str | None = None
        self._is_kept = True

    def kept_code(self) -> str | None:
        """The code of the server before; None if none was kept."""
        try:
            found = (self.folder / CODE).read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return found if usable(found) else None

    def keep_code(self, code: str | None) -> None:
        """Have the folder hold this code, or none: at once if it has records, else with the first."""
        self._code, self._is_kept = code, False
        try:
            if (self.folder / KEY).exists():
                self._write_code()
        except OSError as error:  # tried again with the next record
            log.error("the room's code cannot be kept: %s", error.strerror)

    def names(self) -> list[str]:
        """Codes of the workshops that have a record."""
        return [path.stem for path in self.folder.glob(f"*{SUFFIX}")]

    def write(self, name: str, content: str) -> Path:
        """Keep the record of a workshop, in place of the one before; raises OSError."""
        path = super().write(name, content)
        if not self._is_kept:
            self._write_code()
        return path

    def _write_code(self) -> None:
        place = self.folder / CODE
        if self._code is None:
            place.unlink(missing_ok=True)
        else:
            _put(place, self._code.encode("utf-8"))
        self._is_kept = True
