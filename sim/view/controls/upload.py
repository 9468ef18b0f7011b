"""A scenario file from a person's disk becomes the plan."""

from __future__ import annotations

import logging
from dataclasses import replace

import solara

from sim.core.errors import InputError
from sim.view.controls.file import take_file
from sim.view.looking import View
from sim.view.problems import framed, plain
from sim.view.uploads import LARGEST, read_plan

log = logging.getLogger("lianghua.view")


@solara.component
def Upload(view: View) -> None:
    """Take a scenario file (TOML, 64 kB at most) as the plan; what is wrong with it is told."""
    says, set_says = solara.use_state("")
    choice = view.choice

    def take(name: str, content: str) -> None:
        try:
            plan = read_plan(content.encode("utf-8", "replace"), choice.lang)
        except Exception as error:  # else the message of the file before would stay
            if not isinstance(error, InputError):
                log.error("a file could not be read", exc_info=error)
            problem = framed(plain(error), choice.lang)
            set_says(view.say("controls.upload_bad", name=name, problem=problem))
            return
        set_says(view.say("controls.upload_done", name=name))
        view.choose(replace(choice, plan=plan))

    take_file(view.say("controls.upload"), take, "upload", ".toml,text/plain", LARGEST,
              view.say("controls.upload_large"), says)  # fmt: skip
