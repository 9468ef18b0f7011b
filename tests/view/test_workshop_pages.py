"""Pages of the room rendered without a browser: a session from the door to the vote."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import ipyvuetify as v
import pytest
import solara

from sim.view import live
from sim.view.choice import Choice, Plan
from sim.view.controls.file import FileWidget
from sim.view.controls.press import PressWidget
from sim.view.live import Answer
from sim.view.pool import reading_pool
from sim.view.server.records import Records
from sim.view.snapshot import Progress, Snapshot, Track
from sim.view.workshop import common_board, facilitator, room, team
from sim.view.workshop import live as room_live
from sim.view.workshop.board import Board
from sim.view.workshop.common_board import CommonBoard, trade_label, trade_option
from sim.view.workshop.facilitator import EVENTS, Facilitator
from sim.view.workshop.held import Origin, Pass
from sim.view.workshop.memo import memo
from sim.view.workshop.record import export, restore
from sim.view.workshop.room import Room
from sim.view.workshop.team import TeamPage, action_money, action_times, with_times
from tests.view.fakes import MONTHS, track
from tests.view.rooms import played

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def made_up(choice: Choice, replicates: int = 6, paused: bool = False) -> tuple[Snapshot, Progress]:
    """Runs that are there at once."""

    def of(plan: Plan, shift: float) -> Track:
        return Track(plan.scenario(), track("document_2014", shift, 3).members)

    def made() -> Snapshot:
        if paused:
            return Snapshot(choice)
        base = Track(Plan(choice.baseline).scenario(), track("no_programme", 0.0, 3).members)
        saved = tuple(of(plan, 0.1) for plan in choice.saved)
        return Snapshot(choice, MONTHS, base, of(choice.plan, 0.2), saved)

    return solara.use_memo(made, [choice, paused]), Progress(3, 3)


@pytest.fixture(autouse=True)
def session() -> Iterator[None]:
    """A session of the page's library, as a browser has one."""
    from solara.server import kernel, kernel_context

    context = kernel_context.VirtualKernelContext(
        id="workshop", kernel=kernel.Kernel(), session_id="a-browser"
    )
    with context:
        yield


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Board:
    """A board of its own for the pages, and made-up runs."""
    made = Board()
    for module in (room, facilitator, team, room_live):
        monkeypatch.setattr(module, "BOARD", made)
    monkeypatch.setattr(live, "use_runs", made_up)
    return made


class Shown:
    """A rendered page."""

    def __init__(self, element: Any) -> None:
        self.box, self.rc = solara.render(element, handle_error=False)

    def press(self, name: str) -> None:
        """Press a button by its name."""
        [button] = [one for one in self._buttons() if self._is(one, name)]
        button.vue_event({})

    def _buttons(self) -> list[PressWidget]:
        return list(self.rc.find(PressWidget).widgets)

    @staticmethod
    def _is(one: PressWidget, name: str) -> bool:
        return f"lianghua-room-{name}" in json.loads(one.board)["classes"].split()

    def fill(self, name: str, value: str) -> None:
        """Write into a field by its name."""
        wanted = f"lianghua-room-{name}"
        [one] = [x for x in self.rc.find(v.TextField).widgets if wanted in str(x.class_).split()]
        one.v_model = value

    def until(self, there: Callable[[], bool]) -> None:
        """Wait until something is shown: a room that is followed may be drawing just now."""
        end = time.monotonic() + 30
        while not there() and time.monotonic() < end:
            time.sleep(0.02)
        assert there()

    def has(self, name: str) -> bool:
        """Is there a button of this name?"""
        return any(self._is(one, name) for one in self._buttons())

    @property
    def text(self) -> str:
        """All markup of the page."""
        import ipyvue

        found = self.rc.find(ipyvue.Html).widgets + self.rc.find(v.Btn).widgets
        parts = []
        for one in found:
            parts += [str(child) for child in one.children if isinstance(child, str)]
        parts += [str(one.unsafe_innerHTML) for one in self.rc.find(solara.widgets.HTML).widgets]
        for one in self.rc.find(v.VuetifyTemplate).widgets:
            parts.append(str(getattr(one, "template", "")))
        return "\n".join(parts)


@pytest.fixture
def show() -> Iterator[Callable[[Any], Shown]]:
    opened: list[Shown] = []

    def shown(element: Any) -> Shown:
        opened.append(Shown(element))
        return opened[-1]

    yield shown
    for one in opened:
        one.rc.close()


def nothing() -> None:
    """Nobody looks, nobody leaves."""


def test_from_the_door_into_a_session_of_ones_own(board: Board, show: Any) -> None:
    page = show(Room("en"))
    page.press("lead")
    page.press("open")
    (code,) = board._held
    assert page.has("delete")
    assert not page.has("open")
    other = show(Room("zh"))
    other.fill("code-field", code.lower())
    other.press("find")
    other.fill("name-field", "<script>x</script>")
    other.press("join")
    assert [one.name for one in board.look(code).teams] == ["<script>x</script>"]
    assert "<script>x</script>" not in other.text.replace("lianghua", "")
    other.press("leave")
    assert board.look(code).teams[0].key in board._held[code].words
    assert board._held[code].words["t1"] in other.text
    other.press("leave-yes")
    assert other.has("find")


def test_who_is_no_longer_in_a_session_reads_why(board: Board, show: Any) -> None:
    lead = board.open("t")
    pages = [show(Room("en")), show(Room("en"))]
    for number, page in enumerate(pages):
        page.fill("code-field", lead.code)
        page.press("find")
        page.fill("name-field", f"Team {number}")
        page.press("join")
    board.dismiss(lead, "t1")
    pages[0].until(lambda: "the facilitator has removed the team" in pages[0].text)
    board.end(lead)
    pages[1].until(lambda: "the facilitator has deleted it" in pages[1].text)


def test_what_is_refused_is_told_and_changes_nothing(board: Board, show: Any) -> None:
    page = show(Room("zh"))
    page.fill("code-field", "ABC")
    page.press("find")
    assert not page.has("join")
    lead = board.open("t")
    page.fill("code-field", lead.code)
    page.press("find")
    page.press("join")
    assert board.look(lead.code).teams == ()
    assert page.has("join")


def test_the_facilitators_page_publishes_scores_after_a_reveal(board: Board, show: Any) -> None:
    lead = board.open("t")
    for name in ("a", "b"):
        board.join(lead.code, name)
    board.open_round(lead)
    board.close_round(lead)
    shown = show(Facilitator(lead, board.see(lead), "en", nothing, nothing))
    assert board.see(lead).scores == ()  # runs may be there, but nothing is published
    shown.press("reveal")
    shown.rc.render(Facilitator(lead, board.see(lead), "en", nothing, nothing), shown.box)
    scores = board.see(lead).scores_of(2014)
    assert {one.team for one in scores} == {"t1", "t2"}
    assert all(one.of("employees").pairs == 3 for one in scores)  # type: ignore[union-attr]
    version = board.see(lead).version
    shown.rc.render(Facilitator(lead, board.see(lead), "en", nothing, nothing), shown.box)
    assert board.see(lead).version == version  # once


def test_scores_of_a_file_are_worked_out_again(board: Board, show: Any) -> None:
    other, lead, _ = played("package", 1)
    again = restore(board, export(other, lead))
    shown = show(CommonBoard(board.look(again.code), "en"))
    assert "from a file" in shown.text
    assert "from a file" in memo(board.see(again), "t1", "en")
    show(Facilitator(again, board.see(again), "en", nothing, nothing))
    assert board.see(again).from_file == ()
    shown = show(CommonBoard(board.look(again.code), "en"))
    assert "from a file" not in shown.text
    assert "from a file" not in memo(board.see(again), "t1", "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_file_is_read_in_a_process_apart(
    board: Board, show: Any, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """The reading itself, in a worker and in a browser, has tests of its own."""
    asked: list[Any] = []
    answers: dict[Any, Answer] = {None: Answer()}

    def answered(file: Any, pool: object) -> Answer:
        assert pool is reading_pool
        if file not in answers:
            asked.append(file)
            answers[file] = Answer(file.read(), question=file)
        return answers[file]

    monkeypatch.setattr(room, "use_answer", answered)
    other, lead, _ = played("package", 1)
    page = show(Room(lang))
    page.press("lead")

    def upload(content: str) -> None:
        [widget] = page.rc.find(FileWidget).widgets
        widget.vue_event({"name": "x.json", "text": content})
        assert asked[-1].text == content

    for content in ("[]", '{"a": "\ud800"}'):
        upload(content)
        assert {"zh": "文件无法读入", "en": "cannot be taken in"}[lang] in page.text
        assert not board._held
    upload(export(other, lead))
    assert page.has("delete")
    (held,) = board._held.values()
    assert held.session.teams == other.see(lead).teams
    assert len(held.browsers) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_facilitator_is_asked_before_leaving_and_comes_back_by_the_key(
    board: Board, show: Any, lang: str
) -> None:
    page = show(Room(lang))

    def press(name: str) -> None:
        page.until(lambda: page.has(name))
        page.press(name)

    press("lead")
    press("open")
    (code,) = board._held
    key = board._held[code].key
    page.until(lambda: page.has("delete"))
    assert key not in page.text  # the screen may be projected
    press("key")
    page.until(lambda: key in page.text)
    press("key")
    page.until(lambda: key not in page.text)
    press("leave")
    page.until(lambda: page.has("leave-no"))
    assert key not in page.text
    assert room.Words(lang)("key_show") in page.text.replace("&#x27;", "'")
    press("leave-no")
    press("key-renew")
    press("key-renew-yes")
    page.until(lambda: board._held[code].key != key)
    key = board._held[code].key
    assert key not in page.text
    assert board.recall("a-browser")
    press("leave")
    press("leave-yes")
    page.until(lambda: not page.has("delete"))
    assert board.recall("a-browser") == ()
    press("lead")
    page.until(lambda: page.has("lead-again"))
    page.fill("lead-code-field", code)
    page.fill("key-field", key.lower())
    press("lead-again")
    page.until(lambda: page.has("delete"))
    # Loaded again, the browser finds its role.
    again = show(Room(lang))
    again.press("back-facilitator")
    again.until(lambda: again.has("delete"))


def test_what_cannot_be_undone_asks_first(board: Board, show: Any) -> None:
    lead = board.open("t")
    for name in ("a", "b"):
        board.join(lead.code, name)
    board.open_round(lead)

    def page() -> Shown:
        return show(Facilitator(lead, board.see(lead), "en", nothing, nothing))

    asking = page()
    asking.press("reveal")  # two teams have not committed
    assert board.see(lead).phase == "commit"
    assert "a, b" in asking.text
    asking.press("reveal-yes")
    for _ in range(3):
        board.open_round(lead)
        board.reveal(lead)
    asking = page()
    version = board.see(lead).version  # the page has published what came out
    for name in ("finish", "rewind", "reset", "dismiss-t1", "delete", "leave"):
        asking.press(name)
        asking.press(f"{name}-no")
    assert board.see(lead).version == version
    asking.press("finish")
    assert "go back to 2017" in asking.text
    asking.press("finish-yes")
    assert board.see(lead).phase == "closed"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_facilitator_sees_that_nothing_is_saved(
    board: Board, show: Any, tmp_path: Any, lang: str
) -> None:
    (tmp_path / "file").write_text("")
    lead = board.open("t")
    assert (
        "lianghua-room-unsaved"
        not in show(Facilitator(lead, board.see(lead), lang, nothing, nothing)).text
    )
    board.keep_in(Records(tmp_path / "file"))
    board.change(lead, preview=False)
    for large in (False, True):
        page = show(Facilitator(lead, board.see(lead), lang, nothing, nothing, large))
        assert {"zh": "文件无法写入", "en": "cannot be written"}[lang] in page.text
    assert room_live._state(lead.code, lead)[2] == "other"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_facilitator_sees_that_a_session_is_not_deleted(
    board: Board, show: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    records = Records(tmp_path)
    board.keep_in(records)
    lead = board.open("t")
    left: list[bool] = []
    page = show(Facilitator(lead, board.see(lead), lang, nothing, lambda: left.append(True)))

    def delete() -> None:
        page.press("delete")
        page.press("delete-yes")

    with monkeypatch.context() as broken:
        broken.setattr(records, "remove", lambda _: (_ for _ in ()).throw(OSError(30, "no")))
        delete()
    assert {"zh": "磁盘为只读", "en": "the disk is read-only"}[lang] in page.text
    assert not left
    assert board.holds(lead)
    delete()
    assert left
    assert not board.holds(lead)


def test_the_address_of_a_page_is_what_the_gate_says() -> None:
    assert room_live.origin() == Origin("a-browser", "a-browser")
    solara.lab.headers.value = {room_live.CLIENT_ADDRESS: ["10.0.0.1"]}
    assert room_live.origin() == Origin("a-browser", "10.0.0.1")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_teams_words_are_on_no_screen_that_may_be_projected(
    board: Board, show: Any, lang: str
) -> None:
    lead = board.open("t")
    teams = [board.join(lead.code, name) for name in ("a", "b")]
    words = [board.word(one) for one in teams]
    page = show(Facilitator(lead, board.see(lead), lang, nothing, nothing))
    assert not [one for one in words if one in page.text]
    page.press("words")
    assert [one for one in words if one in page.text] == words
    page.press("words")
    assert not [one for one in words if one in page.text]
    board.open_round(lead)
    board.reveal(lead)
    for large in (False, True):
        page = show(Facilitator(lead, board.see(lead), lang, nothing, nothing, large))
        if not large:
            page.press("log")
        assert not [one for one in words if one in page.text]


def test_no_name_is_a_buttons_and_a_parts(board: Board, show: Any) -> None:
    """Tests, and styles, find a part of the room by its name."""
    lead = board.open("t")
    board.join(lead.code, "a")
    board.open_round(lead)
    page = show(Facilitator(lead, board.see(lead), "en", nothing, nothing))
    for name in ("words", "log", "key"):
        page.press(name)
    buttons = {one for each in page._buttons() for one in json.loads(each.board)["classes"].split()}
    parts: set[str] = set()
    for one in page.rc.find(solara.widgets.HTML).widgets:
        parts |= set(one.attributes.get("class", "").split())
    for one in page.rc.find(v.Html).widgets:
        parts |= set(str(one.class_ or "").split())
    assert "lianghua-room-log" in buttons
    assert "lianghua-room-logged" in parts
    assert not {one for one in buttons & parts if one.startswith("lianghua-room-")}


@pytest.mark.parametrize("mode", ["package", "city"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_team_commits_what_its_page_shows(board: Board, show: Any, mode: str, lang: str) -> None:
    lead = board.open("t", mode)
    one = board.join(lead.code, "a", "Lishui" if mode == "city" else "")
    board.open_round(lead)
    page = show(TeamPage(one, board.see(one), lang, nothing, nothing))
    if mode == "city":
        field = next(x for x in page.rc.find(v.TextField).widgets if "room-office" in str(x.class_))
        field.v_model = "40"
        field.fire_event("keyup.enter", {})
    else:
        page.rc.find(v.Slider).widgets[0].v_model = 0.5
    page.press("commit")
    settings = dict(board.see(one).teams[0].moves[0].settings)
    if mode == "city":
        years = {f"instruments.lishui_office.budget.{year}": 40.0 for year in range(2014, 2018)}
        assert settings == years | {"instruments.lishui_office.enabled": True}
    else:
        budget = Plan("document_2014").scenario().instruments["product_innovation"].budget
        for year in range(2014, 2018):
            mine = settings[f"instruments.product_innovation.budget.{year}"]
            assert mine == 0.5 * budget[str(year)]
        assert settings["instruments.design_centres_province.places"] == 37.5


def test_an_actions_money_is_moved_from_its_year_on() -> None:
    plan = with_times(Plan("document_2014"), "A2", 2015, 1.5)
    assert plan.settings == ()
    assert [one.month for one in plan.revisions] == ["2015-01"]
    assert [action_times(plan, "A2", year) for year in (2014, 2015, 2016, 2017)] == [
        1,
        1.5,
        1.5,
        1.5,
    ]
    back = with_times(plan, "A2", 2016, 1.0)
    assert [action_times(back, "A2", year) for year in (2014, 2015, 2016, 2017)] == [1, 1.5, 1, 1]
    before = action_money(Plan("document_2014"), 2015)["A2"]
    assert action_money(plan, 2015)["A2"] == pytest.approx(1.5 * before)
    assert with_times(plan, "A2", 2015, 1.0) == Plan("document_2014")
    none = with_times(Plan("document_2014"), "A6", 2014, 0.0)
    assert action_times(none, "A6", 2014) == 0.0


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("large", [False, True])
def test_every_page_draws_in_every_phase(
    board: Board, show: Any, monkeypatch: pytest.MonkeyPatch, lang: str, large: bool
) -> None:
    other, lead, teams = played("package", 3)
    for module in (room, facilitator, team, room_live):
        monkeypatch.setattr(module, "BOARD", other)

    def draw(who: Pass) -> Shown:
        session = other.see(who)
        component = Facilitator if who.who == "facilitator" else TeamPage
        return show(component(who, session, lang, nothing, nothing, large, "http://x/workshop"))

    steps: list[Callable[[Pass], None]] = [
        other.open_round, other.close_round, other.reveal, other.start_vote, other.finish,
        other.rewind, other.reset,
    ]  # fmt: skip
    for step in steps:
        step(lead)
        for who in (lead, teams[0]):
            page = draw(who)
            if other.see(lead).phase == "reveal":
                page.press("moves")


def test_the_trade_off_is_a_point_a_team_with_both_intervals() -> None:
    board, lead, _ = played("package", 1, names=("<b>a</b>", "b"))
    session = board.see(lead)
    option = trade_option(session, "public_spending", "adopters", "en")
    points = [one for one in option["series"] if one["type"] == "scatter"]
    bars = [one for one in option["series"] if one["type"] == "line"]
    assert [one["name"] for one in points] == ["<b>a</b>", "b"]
    assert len(bars) == 4
    for place, point in enumerate(points):
        x, y = point["data"][0]
        across, up = (one["data"] for one in bars[2 * place : 2 * place + 2])
        assert across[0][0] <= x <= across[1][0]
        assert up[0][1] <= y <= up[1][1]
    share = trade_option(session, "adoption_erp", "adopters", "en")
    raw = session.scores_of(2014)[0].of("adoption_erp")
    assert raw is not None
    shown = next(one for one in share["series"] if one["type"] == "scatter")["data"][0][0]
    assert shown == pytest.approx(100 * raw.more)  # type: ignore[operator]
    label = trade_label(session, "public_spending", "adopters", "zh")
    assert "<b>a</b>" in label
    assert "累计财政支出" in label


def test_markup_of_the_board_escapes_names_and_reasons() -> None:
    board, lead, _ = played("package", 2, names=("<img src=x>", "b"), note="<i>n</i>")
    session = board.see(lead)
    for markup in (
        common_board.rank_table(session, "adopters", "zh"),
        common_board.trade_table(session, "employees", "adopters", "en"),
        common_board.moves_table(session, "zh"),
        common_board.team_mark(session, session.teams[0], "zh"),
        facilitator.log_table(session, "zh"),
    ):
        assert "<img" not in markup
        assert "&lt;img src=x&gt;" in markup
    assert "<i>n" not in common_board.moves_table(session, "en")


def test_the_log_knows_every_event_that_the_board_writes() -> None:
    import inspect
    import re

    from sim.view.workshop import board as module

    source = inspect.getsource(module)
    written = set(re.findall(r'_change\(\s*held, "(\w+)"', source))
    written |= set(re.findall(r'_step\(who, \(.*?\), "\w+", "(\w+)"\)', source))
    assert written | {"opened", "restored", "restored_other"} == EVENTS
