"""What is wrong with a scenario is framed in the page's language, whatever was given."""

from __future__ import annotations

import pytest

from sim.core.errors import InputError
from sim.view.problems import WHERES, framed
from sim.view.uploads import read_plan
from sim.view.words import catalogue
from sim.view.workshop.limits import RefusedError


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


def test_every_place_has_a_word() -> None:
    for lang in ("zh", "en"):
        assert all(f"problems.{where}" in catalogue(lang) for where in WHERES)
