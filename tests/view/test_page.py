"""The policy room in a real browser: every request but to this machine fails the test."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from sim.view.page import PANELS
from tests.view.accessible import barriers
from tests.view.browsers import PATIENCE, at_rest, patient, settled, true, watch

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


WHOLE = re.compile(r"6( of |/)8")
"""What a card says that is drawn from all six pairs of runs: no verdict yet."""


def card(page: Any, name: str = MACHINES) -> str:
    """What a card of the headline says, once all runs are in it."""
    settled(page)
    expect(page.get_by_test_id(name)).to_contain_text(WHOLE)
    return at_rest(page.get_by_test_id(name), 700)


def says(page: Any, said: str, name: str = MACHINES) -> None:
    """Wait until a card says just that."""
    expect(page.get_by_test_id(name)).to_have_text(said, use_inner_text=True)
    settled(page)


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
    expect(page.get_by_test_id(MACHINES)).not_to_have_text(before, use_inner_text=True)
    settled(page)
    expect(page.get_by_test_id(MACHINES)).to_contain_text(WHOLE)


def test_loads_offline_with_bands_and_the_font_it_carries(view):
    page = view("?l=zh")
    expect(page.get_by_test_id(MACHINES)).to_contain_text("%")
    first = page.locator(".lianghua-chart[data-ready='1']").first
    first.wait_for()
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
    true(page, "location.search.includes('p=')")
    page.get_by_test_id("undo").click()
    says(page, before)
    page.get_by_test_id("redo").click()
    changed(page, before)
    page.get_by_test_id("reset").click()
    says(page, before)


def test_a_lever_moves_by_keyboard_and_bands_fill_in(view):
    page = view("?l=en")
    before = card(page)
    move(page, "programme.funding", 4)
    changed(page, before)
    expect(page.get_by_test_id("status")).to_contain_text("12")  # 2 plans with 6 runs
    true(page, "location.search.includes('programme.funding')")


SEEN = """() => {
  window.seen = [];
  const look = () => {
    const figures = [...document.querySelectorAll('.lianghua-figures')];
    const last = figures.map(one => one.classList.contains('lianghua-former') + ' '
      + one.getAttribute('aria-busy') + ' ' + (getComputedStyle(one).opacity < 0.9)).join();
    if (window.seen[window.seen.length - 1] !== last) window.seen.push(last);
  };
  new MutationObserver(look).observe(document.body, {attributes: true, childList: true, subtree: true});
  look();
}"""
"""Notes how headline and panel stand whenever the page changes: of a former plan, busy, pale."""


def test_figures_of_the_former_plan_are_pale_and_busy(view, slow_server):
    page = view("?l=en", address=slow_server, settle=False)
    headline = page.get_by_test_id(MACHINES)
    expect(headline).to_contain_text("of 8")
    before = headline.inner_text()
    full = "false false false,false false false"
    expect(page.locator(".lianghua-figures")).to_have_count(2)
    page.evaluate(SEEN)
    move(page, "programme.funding", 4)
    expect(page.locator("#lianghua-panel .lianghua-former[aria-busy=true]")).to_be_visible()
    expect(page.locator(".lianghua-former").get_by_test_id(MACHINES)).to_be_visible()
    page.locator(".lianghua-take summary").click()
    expect(page.locator(".lianghua-downloads")).to_contain_text("nothing to download yet")
    expect(page.locator(".lianghua-former")).to_have_count(0)
    expect(page.locator(".lianghua-figures[aria-busy=false]")).to_have_count(2)
    expect(headline).not_to_have_text(before, use_inner_text=True)
    seen = page.evaluate("window.seen")
    assert seen[0] == full
    assert any(one.startswith("true true") and "true true" in one.partition(",")[2] for one in seen)


def test_a_changed_plan_has_a_name_of_its_own_until_it_is_put_back(view):
    page = view("?l=en")
    before = card(page)
    move(page, "programme.funding", 4)
    changed(page, before)
    preset = page.get_by_test_id("presets").locator("input").first
    expect(preset).to_have_value("The 2014 programme, changed")
    expect(page.get_by_test_id("changes")).to_contain_text("Money in all × 2")
    expect(page.get_by_test_id("headline-plain")).to_contain_text("“The 2014 programme, changed”")
    move(page, "programme.funding", -4)
    says(page, before)
    expect(preset).to_have_value("The 2014 programme")
    expect(page.get_by_test_id("changes")).to_have_count(0)
    expect(page.get_by_test_id("headline-plain")).to_contain_text("“The 2014 programme”")


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
    expect(month).to_contain_text("2014")
    expect(page.get_by_test_id("play")).to_have_attribute("aria-pressed", "true")
    page.get_by_test_id("play").click()
    expect(page.get_by_test_id("play")).to_have_attribute("aria-pressed", "false")
    assert re.search(r"201[4-7]", at_rest(month))  # it stands still
    page.get_by_test_id("rewind").click()
    expect(month).to_contain_text("2012")
    expect(page.get_by_test_id("undo")).to_be_disabled()


def test_a_branch_leaves_the_months_before_it_alone(view, server):
    page = view("?l=en&m=2015-12")
    early = card(page)
    page.goto(f"{server}/?l=en&m=2017-12")
    end = card(page)
    page.goto(f"{server}/?l=en&m=2016-01")
    card(page)
    page.get_by_test_id("branch").click()
    move(page, "programme.funding", 6)
    expect(page.get_by_test_id("revision-2016-01")).to_be_visible()
    true(page, "/2016-01~[^&]*programme.funding:2.5/.test(location.search)")
    here = page.url
    page.goto(here.replace("m=2016-01", "m=2015-12"))
    assert card(page) == early
    page.goto(here.replace("m=2016-01", "m=2017-12"))
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
    expect(page.get_by_test_id("saved-0")).to_have_count(0)


def test_the_map_opens_a_city(view):
    page = view("?l=en&v=map")
    expect(chart(page, "map")).to_be_visible()
    # The figures beside it are whole: nothing of the last column is beyond the edge.
    assert page.locator(".lianghua-table").first.evaluate("el => el.scrollWidth <= el.clientWidth")
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
    expect(panel.locator(".lianghua-chart")).not_to_have_count(1)
    expect(panel.locator("h2, h3, h4, p", has_text="Hangzhou").first).to_be_visible()


def test_every_panel_draws(view):
    page = view("?l=en")
    for name in ("barriers", "work", "money", "indices", "scorecard"):
        page.get_by_test_id(f"tab-{name}").click()
        panel = page.locator(f"#lianghua-panel[aria-labelledby='tab-{name}']")
        expect(panel.locator(".lianghua-chart[data-ready='1']").first).to_be_visible()
    expect(panel).to_contain_text("49")
    page.get_by_test_id("tab-network").click()
    expect(chart(page, "network")).to_be_visible()
    assert len(option(page, "network")["series"][0]["data"]) > 100


def test_the_story_of_a_firm_beside_the_baseline(view):
    page = view("?l=en&v=story")
    panel = page.locator("#lianghua-panel")
    expect(panel.locator(".lianghua-chart[data-ready='1']").first).to_be_visible()
    field = page.get_by_test_id("story-id")
    field.locator("input").or_(field.and_(page.locator("input"))).first.fill("999999999")
    page.locator(".lianghua-story-tell").first.click()
    expect(panel).to_contain_text(re.compile("given|allowed", re.I))


def test_language_and_large_type(view):
    page = view("?l=zh")
    expect(page.get_by_test_id("tab-map")).to_have_text("地图")
    page.get_by_test_id("language").click()
    expect(page.get_by_test_id("tab-map")).to_have_text("Map")
    assert page.evaluate("document.documentElement.lang") == "en"
    small = page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)")
    page.get_by_test_id("large").click()
    true(page, f"parseFloat(getComputedStyle(document.documentElement).fontSize) > {small}")


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
    with page.expect_download() as download:
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
    expect(page.get_by_test_id("upload-status")).to_contain_text("allowed")
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
    expect(status).to_have_attribute("data-error", "1")
    expect(status).to_contain_text("RuntimeError")
    page.get_by_test_id("undo").click()
    says(page, before)


def test_a_long_run_is_stopped_and_taken_up_again(view, slow_server):
    # A plan of its own: what a fresh page shows, a server makes ahead of anyone.
    page = view("?l=en&s=programme.funding:3", address=slow_server, settle=False)
    page.get_by_test_id("cancel").click()
    expect(page.get_by_test_id("cancel")).to_have_count(0)
    stopped = at_rest(page.get_by_test_id("status"))
    done = int(re.findall(r"\d+", stopped)[0])
    page.get_by_test_id("again").click()
    expect(page.get_by_test_id("cancel")).to_be_visible()
    more = "done => Number(/\\d+/.exec(document.querySelector('[data-testid=status]').innerText)[0]) > done"
    true(page, more, done)


def test_two_sessions_know_nothing_of_each_other(browser, browser_context_args, server):
    pages = []
    for _ in range(2):
        page = patient(browser.new_context(**browser_context_args)).new_page()
        pages.append((page, watch(page)))
        page.goto(f"{server}/?l=en", wait_until="commit")
        settled(page)
    (one, wrong), (other, wrong_too) = pages
    before = card(other)
    move(one, "programme.funding", 4)
    changed(one, before)
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
    # What is done before the page has noticed and come back is lost; then one does it again.
    headline = page.get_by_test_id(MACHINES)
    for _ in range(PATIENCE // 10_000):
        move(page, "programme.funding", 1)
        with suppress(AssertionError):
            expect(headline).not_to_have_text(before, use_inner_text=True, timeout=10_000)
            break
    changed(page, before)


@pytest.mark.parametrize("panel", PANELS)
def test_axe_finds_nothing_serious(view, panel):
    page = view(f"?l=zh&v={panel}")
    page.locator("#lianghua-panel .lianghua-chart[data-ready='1']").first.wait_for()
    assert barriers(page) == ""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_results_of_a_study_are_drawn(watched, server, lang):
    watched.goto(f"{server}/?l={lang}&page=results", wait_until="commit")
    expect(chart(watched, "results-contrasts")).to_be_visible()
    before = option(watched, "results-levels")
    watched.get_by_test_id("outcome").select_option(index=1)
    true(
        watched,
        "before => document.querySelector('[data-name=results-levels]').__chart.getOption()"
        ".xAxis[0].max !== before",
        before["xAxis"][0]["max"],
    )
    watched.get_by_test_id("table-results-levels").click()
    expect(watched.locator(".lianghua-table table").first).to_be_visible()
    assert barriers(watched) == ""
    watched.set_viewport_size({"width": 390, "height": 844})
    true(watched, "document.querySelector('.lianghua-page').getBoundingClientRect().right <= 390")


@pytest.mark.parametrize("size", [(390, 844), (1920, 1080)])
def test_nothing_is_wider_than_the_screen(view, size):
    page = view("?l=zh")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    true(page, "most => document.documentElement.scrollWidth <= most", size[0])
    true(
        page,
        "!([...document.querySelectorAll('.lianghua-page *')].filter(one =>"
        " one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.lianghua-tabs')"
        " && !one.closest('dialog') && getComputedStyle(one).position !== 'absolute'"
        " && one.offsetParent && !one.closest('[style*=overflow]')).length)",
    )
