"""Figures in words: units, digits, explanations, published figures."""

from __future__ import annotations

import json

import pytest

from sim.outputs import BY_NAME, OUTPUTS
from sim.view import numbers
from sim.view.explanations import definition, explanation, made
from sim.view.observed import observed
from sim.view.words import FOLDER, LANGUAGES, catalogue


@pytest.mark.parametrize(
    ("output", "value", "lang", "difference", "written"),
    [
        ("adoption_erp", 0.4527, "zh", False, "45.3%"),
        ("adoption_erp", 0.0714, "zh", True, "+7.14个百分点"),
        ("adoption_erp", -0.0714, "en", True, "−7.14 percentage points"),
        ("employees", 712.34, "zh", False, "712万人"),
        ("employees", 712.34, "en", False, "712 × 10k persons"),
        ("two_integration_index", 90.72, "zh", False, "90.7"),
        ("public_spending", 1234.0, "en", False, "1,234 × 100m CNY"),
        ("energy_intensity", 0.85, "en", False, "0.85 tce/10k CNY"),
        ("employees", -0.001, "zh", True, "0.00万人"),
        ("employees", float("nan"), "zh", False, "–万人"),
    ],
)
def test_a_figure_with_its_unit(
    output: str, value: float, lang: str, difference: bool, written: str
) -> None:
    """Shares as per cent, their differences in points, three digits, no sign on nothing."""
    assert numbers.shown(output, value, lang, difference) == written


def test_a_month_in_a_sentence() -> None:
    """As each language writes it."""
    assert numbers.month_words("2014-05", "zh") == "2014年5月"
    assert numbers.month_words("2014-05", "en") == "2014-05"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_output_says_what_it_is_and_how_it_is_made(lang: str) -> None:
    """No output is without definition and formula, and none shows an unfilled value."""
    for output in OUTPUTS:
        assert definition(output.name, lang)
        assert made(output.name, lang), output.name
        for heading, said in explanation(output.name, lang):
            assert heading
            assert "{" not in said


def test_a_ratio_names_what_is_over_what_and_of_whom() -> None:
    """From the declaration: small firms are of the tiers below scale."""
    said = made("small_firm_it", "en")
    assert said.startswith(
        "Over small and micro firms: firms that use any information technology ÷"
    )
    assert "用上ERP的企业数 ÷ 企业数" in made("adoption_erp", "zh")


def test_a_weak_proxy_says_so() -> None:
    """The note of the declaration is the last thing said; a sound output has none."""
    weak = explanation("key_firm_plan", "zh")
    assert weak[-1] == (catalogue("zh")["explain.heading.weak"], BY_NAME["key_firm_plan"].note_zh)
    assert explanation("employees", "zh")[-1][0] != weak[-1][0]


def test_an_explanation_names_target_and_published_figures() -> None:
    """The document asks for 50 % of numerical control; 35.7 % were published for 2013."""
    said = dict(explanation("numerical_control_rate_key_firms", "en"))
    assert "≥ 50%" in said[catalogue("en")["explain.heading.target"]]
    assert "35.7" in said[catalogue("en")["explain.heading.checked"]]
    index = dict(explanation("two_integration_index", "zh"))
    assert "≥ 86" in index[catalogue("zh")["explain.heading.target"]]


def test_what_bands_hold_is_said_once_where_several_are_explained() -> None:
    """It is the same for all."""
    heading = catalogue("en")["explain.heading.uncertainty"]
    assert heading in dict(explanation("employees", "en"))
    assert heading not in dict(explanation("employees", "en", uncertainty=False))


def test_published_figures_are_in_the_output_s_unit() -> None:
    """A rate in per cent is a share, a year's sum a mean month, a year's end stands at December."""
    (rate,) = observed("numerical_control_rate_key_firms")
    assert (rate.month, rate.value) == ("2013-12", pytest.approx(0.357))
    investment = {one.year: one.value for one in observed("investment")}
    assert investment[2013] == pytest.approx(4660 / 12)
    index = {one.month: one.value for one in observed("two_integration_index")}
    assert index["2014-07"] == pytest.approx(98.2)


def test_nothing_is_published_after_2015_and_growth_rates_are_no_points() -> None:
    """Later years are kept for validation; a growth rate cannot be drawn on a level."""
    assert all(one.year <= 2015 for output in OUTPUTS for one in observed(output.name))
    assert observed("value_added") == ()


@pytest.mark.parametrize(
    "part", ["shared", "explain", "series", "headline", "adoption", "barriers", "work"]
)
def test_both_languages_have_equal_keys(part: str) -> None:
    """And no text is empty."""
    zh, en = (
        json.loads((FOLDER / f"{part}.{lang}.json").read_text(encoding="utf-8"))
        for lang in LANGUAGES
    )
    assert set(zh) == set(en)
    assert all(zh.values())
    assert all(en.values())
