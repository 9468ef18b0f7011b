"""What is wrong with a scenario is framed in the page's language, whatever was given."""

from __future__ import annotations

from typing import Any

import pytest
import solara

from sim.core.errors import InputError
from sim.view.problems import WHERES, framed, plain
from sim.view.uploads import read_plan
from sim.view.words import catalogue
from sim.view.workshop.limits import RefusedError
from sim.view.workshop.live import use_attempt


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (InputError("file", "programme.funding", -3, "0 to 5"),
         "文件,“programme.funding”:给出的是“-3”;可用:0 to 5"),
        (InputError("document_2014", "extends", "a; b: c", "one: two; three"),
         "document_2014,“extends”:给出的是“a; b: c”;可用:one: two; three"),
        (InputError("results", "", "nothing"), "批量结果:给出的是“nothing”"),
        (InputError("story", "firm", None, "a number"), "故事,“firm”:可用:a number"),
    ],
)  # fmt: skip
def test_frame_words_are_the_pages(error: InputError, said: str) -> None:
    assert framed(error, "zh") == said
    assert framed(str(error), "zh") == said  # as answers and runs carry it


def test_in_english_nothing_is_lost() -> None:
    said = framed(InputError("file", "a.b", "x", "1 to 2"), "en")
    assert said == "file, a.b: given x; allowed: 1 to 2"


@pytest.mark.parametrize("other", ["", "a fault was asked for", "ValueError: [bold] no; more"])
def test_what_is_no_such_problem_stays(other: str) -> None:
    assert framed(other, "zh") == other


def test_a_bad_file_is_told_in_chinese() -> None:
    with pytest.raises(InputError) as caught:
        read_plan(b'extends = "document_2014"\n[programme]\nfunding = -3.0\n')
    said = framed(caught.value, "zh")
    assert said.startswith("文件,“programme.funding”:给出的是“-3.0”;可用:")
    assert "given" not in said
    assert "given" not in RefusedError("plan", why=str(caught.value)).say("zh")


def test_of_other_errors_and_of_files_the_page_says_little() -> None:
    assert plain(OSError(2, "no such file", "/srv/secret")) == "FileNotFoundError"
    ours = InputError("/srv/secret/study", "draws", 3, "4")
    assert plain(ours) == str(ours)
    assert "/srv" not in framed(ours, "zh")
    assert "study" in framed(ours, "zh")


def test_what_a_workshop_cannot_do_leaves_no_older_message() -> None:
    tried: dict[str, Any] = {}

    @solara.component
    def Trial() -> None:  # noqa: N802
        tried["problem"], tried["attempt"], _ = use_attempt("en")

    def fail(error: Exception) -> None:
        raise error

    _, context = solara.render(Trial(), handle_error=False)
    assert not tried["attempt"](lambda: fail(InputError("file", "a", 1, "2")))
    before = tried["problem"]
    assert not tried["attempt"](lambda: fail(OSError("/srv/secret")))
    assert tried["problem"] not in ("", before)
    assert "/srv" not in tried["problem"]
    context.close()


def test_every_place_has_a_word() -> None:
    for lang in ("zh", "en"):
        assert all(f"problems.{where}" in catalogue(lang) for where in WHERES)
