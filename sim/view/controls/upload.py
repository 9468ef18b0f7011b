"""A scenario file from a person's disk becomes the plan."""

from __future__ import annotations

from dataclasses import replace

import solara

from sim.view.controls.file import take_file
from sim.view.live import use_answer
from sim.view.looking import View
from sim.view.pool import reading_pool
from sim.view.problems import framed
from sim.view.reading import File
from sim.view.uploads import LARGEST


@solara.component
def Upload(view: View) -> None:
    """Take a scenario file (TOML, 64 kB at most) as the plan; what is wrong with it is told.

    It is read in a process apart, and until then another file may take its place.
    """
    says, set_says = solara.use_state("")
    asked, set_asked = solara.use_state(NOTHING)
    name, file = asked
    answer = use_answer(file, reading_pool)

    def take(name: str, content: str) -> None:
        set_says(view.say("controls.upload_reading", name=name))
        set_asked((name, File(content, view.lang)))

    def take_answer() -> None:
        if file is None or answer.question != file or answer.waiting:
            return
        if answer.error:
            problem = framed(answer.error, view.lang)
            set_says(view.say("controls.upload_bad", name=name, problem=problem))
        else:
            set_says(view.say("controls.upload_done", name=name))
            view.choose(replace(view.choice, plan=answer.value))
        set_asked(NOTHING)

    solara.use_effect(take_answer, [answer])
    take_file(view.say("controls.upload"), take, "upload", ".toml,text/plain", LARGEST,
              view.say("controls.upload_large"), says)  # fmt: skip


NOTHING: tuple[str, File | None] = ("", None)
"""No file is being read."""
