"""The policy room in a real browser: every request but to this machine fails the test."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from sim.view.page import PANELS
from tests.view.accessible import barriers
from tests.view.browsers import settled, watch

MACHINES = "headline-adoption_automation"
HOSTILE = (
    "?p=..%2F..%2Fetc%2Fpasswd",
    "?s=programme.funding:nan",
    "?s=programme.funding:1e99,instruments.equipment_subsidy.rate:-3",
    "?p=<script>alert(1)</script>&v=<img%20src=x%20onerror=alert(1)>",
    "?s=__class__:1&r=2015-99~x:1&m=9999-12&l=xx&v=nowhere",
    "?c=" + "document_2014*" * 300,
    "?s=%00%ff%fe&%%%=&&&==",
    "?" + "a=" * 4000,
)


def card(page: Any, name: str = MACHINES) -> str:
    """What a card of the headline says, once it says the same for a while."""
    before, said = "", str(page.get_by_test_id(name).inner_text())
    while said != before:
        page.wait_for_timeout(700)
        before, said = said, str(page.get_by_test_id(name).inner_text())
    return said


def chart(page: Any, name: str) -> Any:
    """A chart that has drawn itself."""
    return page.locator(f".lianghua-chart[data-name='{name}'][data-ready='1']").first


def option(page: Any, name: str) -> Any:
    """What a chart shows, as ECharts holds it."""
    return chart(page, name).evaluate(
        "el => JSON.parse(JSON.stringify(el.__chart.getOption(),"
        " (k, v) => typeof v === 'function' ? undefined : v))"
    )


def move(page: Any, key: str, presses: int) -> None:
    """Move a lever with the keyboard."""
    lever = page.get_by_test_id(f"lever-{key}").locator("input[type=range]")
    lever.focus()
    for _ in range(abs(presses)):
        page.keyboard.press("ArrowRight" if presses > 0 else "ArrowLeft")


def changed(page: Any, before: str) -> None:
    """Wait until the headline says something else, and all runs are in."""
    expect(page.get_by_test_id(MACHINES)).not_to_have_text(before, timeout=60_000)
    settled(page)


def test_loads_offline_with_bands_and_the_font_it_carries(view):
    page = view("?l=zh")
    expect(page.get_by_test_id(MACHINES)).to_contain_text("%")
    first = page.locator(".lianghua-chart[data-ready='1']").first
    first.wait_for(timeout=30_000)
    shown = first.evaluate("el => el.__chart.getOption().series.map(one => one.data.length)")
    assert max(shown) == 72
    assert len(shown) >= 6  # two curves and their bands
    assert page.evaluate("document.fonts.check('16px \"Lianghua Sans\"', '衢州')")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"


def test_a_preset_changes_the_result_and_undo_brings_it_back(view):
    page = view("?l=en")
    before = card(page)
    page.get_by_test_id("presets").locator(".v-input__slot").first.click()
    page.locator(".v-menu__content .v-list-item", has_text="Twice the money").first.click()
    changed(page, before)
    assert "p=" in page.evaluate("new Promise(r => setTimeout(() => r(location.search), 1500))")
    page.get_by_test_id("undo").click()
    expect(page.get_by_test_id(MACHINES)).to_have_text(re.compile(re.escape(before[:20])))
    settled(page)
    assert card(page) == before
    page.get_by_test_id("redo").click()
    changed(page, before)
    page.get_by_test_id("reset").click()
    settled(page)
    expect(page.get_by_test_id(MACHINES)).to_have_text(before, timeout=30_000, use_inner_text=True)


def test_a_lever_moves_by_keyboard_and_bands_fill_in(view):
    page = view("?l=en")
    before = card(page)
    move(page, "programme.funding", 4)
    expect(page.get_by_test_id("status")).to_have_attribute("data-done", "0", timeout=30_000)
    changed(page, before)
    expect(page.get_by_test_id("status")).to_contain_text("12")  # 2 plans with 6 runs
    page.wait_for_function("location.search.includes('programme.funding')", timeout=10_000)


def test_the_address_carries_the_whole_state(view, server):
    query = "?s=programme.funding:2&r=2016-01~programme.funding:0.5&c=no_ranking&l=en&m=2015-06&v=map&g=1"
    page = view(query)
    expect(page.get_by_test_id("month")).to_contain_text("2015")
    expect(page.get_by_test_id("tab-map")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("large")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("saved-0")).to_be_visible()
    expect(page.get_by_test_id("revision-2016-01")).to_be_visible()
    said = card(page)
    page.get_by_test_id("share-open").click()
    link = page.get_by_test_id("share-link").input_value()
    page.get_by_test_id("share-close").click()
    assert link.startswith(server)
    page.goto(link)
    settled(page)
    assert card(page) == said


@pytest.mark.parametrize("query", HOSTILE)
def test_a_hostile_address_is_told_and_left_out(view, query):
    page = view(query)
    expect(page.get_by_test_id(MACHINES)).to_contain_text("%")
    expect(page.get_by_role("alert").first).to_be_visible()
    assert page.locator("img[src=x]").count() == 0


def test_months_play_pause_and_rewind(view):
    page = view("?l=en&m=2013-12")
    month = page.get_by_test_id("month")
    then = month.inner_text()
    page.get_by_test_id("step").click()
    expect(month).not_to_have_text(then)
    page.get_by_test_id("play").click()
    expect(month).to_contain_text("2014", timeout=20_000)
    page.wait_for_timeout(1500)
    page.get_by_test_id("play").click()
    stopped = month.inner_text()
    page.wait_for_timeout(1200)
    assert month.inner_text() == stopped
    page.get_by_test_id("rewind").click()
    expect(month).to_contain_text("2012")
    expect(page.get_by_test_id("undo")).to_be_disabled()


def test_a_branch_leaves_the_months_before_it_alone(view):
    page = view("?l=en&m=2015-12")
    early, end = card(page), ""
    page.goto(page.url.replace("m=2015-12", "m=2017-12"))
    settled(page)
    end = card(page)
    page.goto(page.url.replace("m=2017-12", "m=2016-01"))
    settled(page)
    page.get_by_test_id("branch").click()
    move(page, "programme.funding", 6)
    expect(page.get_by_test_id("revision-2016-01")).to_be_visible(timeout=20_000)
    settled(page)
    page.wait_for_function("location.search.includes('2016-01~')", timeout=10_000)
    here = page.url
    page.goto(here.replace("m=2016-01", "m=2015-12"))
    settled(page)
    assert card(page) == early
    page.goto(here.replace("m=2016-01", "m=2017-12"))
    settled(page)
    assert card(page) != end


def test_saved_plans_are_drawn_beside(view):
    page = view("?l=en")
    page.get_by_test_id("save").click()
    expect(page.get_by_test_id("saved-0")).to_be_visible()
    before = card(page)
    move(page, "programme.funding", 4)
    changed(page, before)
    names = page.locator(".lianghua-chart[data-ready='1']").first.evaluate(
        "el => el.__chart.getOption().series.length"
    )
    assert names >= 9  # three curves, each with its band
    page.get_by_test_id("saved-remove-0").click()
    expect(page.get_by_test_id("saved-0")).to_have_count(0, timeout=30_000)


def test_the_map_opens_a_city(view):
    page = view("?l=en&v=map")
    expect(chart(page, "map")).to_be_visible(timeout=30_000)
    values = option(page, "map")["series"][0]["data"]
    assert len(values) == 11
    chart(page, "map").scroll_into_view_if_needed()
    place = chart(page, "map").evaluate(
        "el => { const one = el.__chart.getZr().storage.getDisplayList().find("
        "d => d.style && String(d.style.text).includes('Hangzhou'));"
        " const box = one.getBoundingRect();"
        " return one.transformCoordToGlobal(box.x + box.width / 2, box.y + box.height / 2); }"
    )
    box = chart(page, "map").bounding_box()
    page.mouse.click(box["x"] + place[0], box["y"] + place[1])
    panel = page.locator("#lianghua-panel")
    expect(panel.locator(".lianghua-chart")).not_to_have_count(1, timeout=60_000)
    expect(panel.locator("h2, h3, h4, p", has_text="Hangzhou").first).to_be_visible()


def test_every_panel_draws(view):
    page = view("?l=en")
    for name in ("barriers", "work", "money", "indices", "scorecard"):
        page.get_by_test_id(f"tab-{name}").click()
        panel = page.locator(f"#lianghua-panel[aria-labelledby='tab-{name}']")
        expect(panel.locator(".lianghua-chart[data-ready='1']").first).to_be_visible(timeout=30_000)
    expect(panel).to_contain_text("49")
    page.get_by_test_id("tab-network").click()
    expect(chart(page, "network")).to_be_visible(timeout=90_000)
    assert len(option(page, "network")["series"][0]["data"]) > 100


def test_the_story_of_a_firm_beside_the_baseline(view):
    page = view("?l=en&v=story")
    panel = page.locator("#lianghua-panel")
    expect(panel.locator(".lianghua-chart[data-ready='1']").first).to_be_visible(timeout=90_000)
    field = page.get_by_test_id("story-id")
    field.locator("input").or_(field.and_(page.locator("input"))).first.fill("999999999")
    page.locator(".lianghua-story-tell").first.click()
    expect(panel).to_contain_text(re.compile("given|allowed", re.I), timeout=60_000)


def test_language_and_large_type(view):
    page = view("?l=zh")
    expect(page.get_by_test_id("tab-map")).to_have_text("地图")
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("tab-map")).to_have_text("Map")
    assert page.evaluate("document.documentElement.lang") == "en"
    small = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.get_by_test_id("large").click()
    page.wait_for_function(
        f"parseFloat(getComputedStyle(document.documentElement).fontSize) > {small}"
    )


def test_tabs_go_by_arrow_keys(view):
    page = view("?l=en")
    page.get_by_test_id("tab-adoption").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_test_id("tab-barriers")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("tab-barriers")).to_be_focused()


def test_an_explanation_opens_and_escape_closes_it(view):
    page = view("?l=en")
    button = page.get_by_test_id("explain-adoption_automation").first
    button.click()
    dialog = page.locator("dialog[open]")
    expect(dialog).to_contain_text("90")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "head"),
    [("csv", b"\xef\xbb\xbf"), ("png", b"\x89PNG"), ("svg", b"<?xml"), ("html", b"<!doctype html")],
)
def test_downloads_open(view, kind, head):
    page = view("?l=zh")
    page.locator(".lianghua-take summary").click()
    with page.expect_download(timeout=150_000) as download:
        page.locator(f".lianghua-download-{kind}").get_by_role("button").click()
    content = Path(download.value.path()).read_bytes()
    assert content[: len(head)].lower() == head.lower()
    assert len(content) > 2_000


def test_copies_of_the_plan(view):
    page = view("?l=en&s=programme.funding:2")
    page.get_by_test_id("share-open").click()
    expect(page.get_by_test_id("share-toml")).to_have_value(re.compile("funding = 2"))
    expect(page.get_by_test_id("share-python")).to_have_value(re.compile("compare"))


def test_an_uploaded_scenario_becomes_the_plan_and_a_bad_one_is_told(view, tmp_path):
    page = view("?l=en")
    before = card(page)
    bad = tmp_path / "bad.toml"
    bad.write_text('extends = "/etc/passwd"\n')
    page.get_by_test_id("upload-file").set_input_files(bad)
    expect(page.get_by_test_id("upload-status")).to_contain_text("allowed", timeout=20_000)
    assert card(page) == before
    good = tmp_path / "good.toml"
    good.write_text('extends = "document_2014"\n[programme]\nfunding = 3.0\n')
    page.get_by_test_id("upload-file").set_input_files(good)
    changed(page, before)


def test_a_failing_model_is_told_and_one_goes_back(view, failing_server):
    page = view("?l=en", address=failing_server)
    before = card(page)
    move(page, "programme.funding", 1)
    status = page.get_by_test_id("status")
    expect(status).to_have_attribute("data-error", "1", timeout=60_000)
    expect(status).to_contain_text("a fault was asked for")
    page.get_by_test_id("undo").click()
    settled(page)
    assert card(page) == before


def test_a_long_run_is_stopped_and_taken_up_again(view, slow_server):
    page = view("?l=en", address=slow_server, settle=False)
    page.get_by_test_id("cancel").click(timeout=60_000)
    expect(page.get_by_test_id("cancel")).to_have_count(0)
    page.get_by_test_id("again").click()
    expect(page.get_by_test_id("cancel")).to_be_visible()
    settled(page, 120_000)


def test_two_sessions_know_nothing_of_each_other(browser, browser_context_args, server):
    pages = []
    for _ in range(2):
        page = browser.new_context(**browser_context_args).new_page()
        pages.append((page, watch(page)))
        page.goto(f"{server}/?l=en", wait_until="commit")
        settled(page)
    (one, wrong), (other, wrong_too) = pages
    before = card(other)
    move(one, "programme.funding", 4)
    changed(one, before)
    other.wait_for_timeout(1000)
    assert card(other) == before
    assert not wrong
    assert not wrong_too
    for page, _ in pages:
        page.context.close()


def test_a_page_comes_back_after_the_network_was_away(page, server):
    page.goto(f"{server}/?l=en", wait_until="commit")
    settled(page)
    before = card(page)
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    page.wait_for_timeout(2500)
    move(page, "programme.funding", 4)
    changed(page, before)


@pytest.mark.parametrize("panel", PANELS)
def test_axe_finds_nothing_serious(view, panel):
    page = view(f"?l=zh&v={panel}")
    page.locator("#lianghua-panel .lianghua-chart[data-ready='1']").first.wait_for(timeout=90_000)
    assert barriers(page) == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_results_of_a_study_are_drawn(watched, server, lang):
    watched.goto(f"{server}/?l={lang}&page=results", wait_until="commit")
    expect(chart(watched, "results-contrasts")).to_be_visible(timeout=60_000)
    before = option(watched, "results-levels")
    watched.get_by_test_id("outcome").select_option(index=1)
    watched.wait_for_function(
        "before => document.querySelector('[data-name=results-levels]').__chart.getOption()"
        ".xAxis[0].max !== before",
        arg=before["xAxis"][0]["max"],
    )
    watched.get_by_test_id("table-results-levels").click()
    expect(watched.locator(".lianghua-table table").first).to_be_visible()
    assert barriers(watched) == ""
    watched.set_viewport_size({"width": 390, "height": 844})
    watched.wait_for_timeout(300)
    edge = "document.querySelector('.lianghua-page').getBoundingClientRect().right"
    assert watched.evaluate(edge) <= 390


@pytest.mark.parametrize("size", [(390, 844), (1920, 1080)])
def test_nothing_is_wider_than_the_screen(view, size):
    page = view("?l=zh")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    wide = page.evaluate(
        "[...document.querySelectorAll('.lianghua-page *')].filter(one =>"
        " one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.lianghua-tabs')"
        " && !one.closest('dialog') && getComputedStyle(one).position !== 'absolute'"
        " && one.offsetParent && !one.closest('[style*=overflow]')).slice(0, 3).map(one => one.outerHTML.slice(0, 120))"
    )
    assert wide == []
