"""Making the runs of a batch: few under way at a time, whatever becomes of one of them.

Cases are drawn as workers become free, in chunks of some seconds' work; workers store what they make,
and only counts come back, so the parent's memory does not grow with the number of runs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from experiments.cases import Case, Work
from experiments.chunks import CHUNK_RUNS, CHUNK_SECONDS, Chunk, Made, Task, make_chunk
from experiments.executors import Crew, crew, died
from experiments.folder import Origin, Share, check_folder
from experiments.journal import UNDER_WAY, at_work, note_late, read_lines
from experiments.store import BatchStore, Known
from sim.core.errors import InputError

if TYPE_CHECKING:
    from experiments.study import Study

Progress = Callable[[int, int, int], None]
"""Called with runs made (those known before among them), runs in all, and runs failed."""
GRACE = 3.0
"""Seconds over its time after which a run that did not end itself is ended with its worker."""
REASONS = 5
"""Reasons of failed runs that a summary tells."""
SILENT_DEATHS = 3
"""Workers that die one after the other without beginning a run: then something else is wrong."""


@dataclass
class Summary:
    """What came of a batch: counts of runs, seconds of wall time, and what went wrong.

    `known` were there before; `copied` have the scenario of another point, whose run they share.
    `deaths` are of workers; `broken` are shards set aside, whose runs were made again.
    """

    total: int
    known: int = 0
    done: int = 0
    failed: int = 0
    failed_before: int = 0
    copied: int = 0
    deaths: int = 0
    seconds: float = 0.0
    reasons: list[str] = field(default_factory=list)
    broken: list[Path] = field(default_factory=list)

    @property
    def made(self) -> int:
        """Runs made now, failed ones among them."""
        return self.done + self.failed

    @property
    def ready(self) -> int:
        """Rows that the table of runs has."""
        return self.known + self.made + self.copied

    @property
    def runs_an_hour(self) -> float:
        return 3600.0 * self.made / self.seconds if self.seconds > 0.0 else 0.0

    def add(self, made: Made) -> None:
        """Count in what a worker has made."""
        self.done += made.done
        self.failed += made.failed
        self.reasons = [*self.reasons, *made.reasons][:REASONS]


@dataclass
class _Flight:
    """A chunk under way, and since when its last line of the journal stands."""

    chunk: Chunk
    line: tuple[str, str] = ("", "")
    since: float = 0.0
    lines: int = 0
    silent: int = 0


def run_cases(
    cases: Iterable[Case],
    work: Work,
    store: BatchStore,
    workers: Crew,
    *,
    total: int | None = None,
    known: Known | None = None,
    skipped: int = 0,
    timeout: float | None = None,
    retries: int = 1,
    prepare: Callable[[Case], None] | None = None,
    progress: Progress | None = None,
    chunk_runs: int = CHUNK_RUNS,
    chunk_seconds: float = CHUNK_SECONDS,
) -> Summary:
    """Make every case that the store does not have, and store it; the store stays open.

    A run fails (and is stored as failed) if its work raises, if it takes longer than `timeout`
    seconds, or if its worker dies `retries` + 1 times; no run stops the others. `total` is the number
    of cases, the store's own unless given; `known` is what the store has, if it was asked already, and
    `skipped` how many of that are not among the cases; `prepare` is called by one worker before all
    others begin. Whatever stops the batch, what
    is made by then is stored. Raises StorageError when it cannot be.
    """
    before = known if known is not None else store.known()
    all_cases = total if total is not None else store.origin.runs
    summary = Summary(all_cases, skipped, failed_before=before.failed, broken=list(before.broken))
    sweep = _Sweep(
        work, store, workers, summary, before.rows, before.runs, timeout, retries,
        progress if progress is not None else _silent, chunk_runs, chunk_seconds,
    )  # fmt: skip
    return sweep.run(iter(cases), prepare)


@dataclass
class _Sweep:
    """The state of `run_cases`: what was met, what is ahead, what is under way.

    `rows` are those stored before, by point and replicate; `met` are identities of runs that are
    stored or were drawn; `twins` are cases whose run another point has. `pace` is in seconds a run.
    """

    work: Work
    store: BatchStore
    workers: Crew
    summary: Summary
    rows: set[tuple[int, int]]
    met: set[str]
    timeout: float | None
    retries: int
    tell: Progress
    chunk_runs: int
    chunk_seconds: float
    twins: list[tuple[str, int, str]] = field(default_factory=list)
    ahead: deque[Task] = field(default_factory=deque)
    again: deque[_Flight] = field(default_factory=deque)
    flying: dict[Future[Made], _Flight] = field(default_factory=dict)
    drawn: int = 0
    pace: float = 0.0

    def run(self, cases: Iterator[Case], prepare: Callable[[Case], None] | None) -> Summary:
        """Make everything; on any error stop the workers and store what they have."""
        began = monotonic()
        tasks = self._tasks(cases)
        try:
            self._draw(tasks)
            self._say()
            if prepare is not None and self.ahead:
                self._prepare(prepare)
            while True:
                self._launch(tasks)
                if not self.flying and not self.again and not self.ahead:
                    break
                self._await(tasks)
            self.summary.copied = self.store.copy(self.twins)
        except BaseException:
            self._stop()
            raise
        finally:
            self.summary.seconds = monotonic() - began
            self._say()
        return self.summary

    def _tasks(self, cases: Iterator[Case]) -> Iterator[Task]:
        """Cases that are to be made; others are counted as known, or noted as the run of another."""
        for case in cases:
            if (case.point, case.replicate) in self.rows:
                self.summary.known += 1
                continue
            run = case.run
            if run in self.met:
                self.twins.append((run, case.point, case.scenario.name))
                continue
            self.met.add(run)
            self.drawn += 1
            yield Task(run, case)

    def _draw(self, tasks: Iterator[Task]) -> None:
        """Have the next chunk's tasks ahead, unless a worker waits for its own meanwhile."""
        while len(self.ahead) < self._count():
            if any(future.done() for future in self.flying):
                return
            task = next(tasks, None)
            if task is None:
                return
            self.ahead.append(task)

    def _prepare(self, prepare: Callable[[Case], None]) -> None:
        """What goes wrong here goes wrong in the runs too, where it is recorded."""
        while self.workers.size == 0:
            sleep(0.2)
        wait([self.workers.submit(prepare, self.ahead[0].case)])

    def _launch(self, tasks: Iterator[Task]) -> None:
        """Give every free worker a chunk, those of dead workers first."""
        for _ in range(max(self.workers.size - len(self.flying), 0)):
            if self.again:
                flight = self.again.popleft()
            else:
                while len(self.ahead) < self._count():
                    task = next(tasks, None)
                    if task is None:
                        break
                    self.ahead.append(task)
                if not self.ahead:
                    break
                flight = _Flight(self._chunk())
            flight.since = monotonic()
            self.flying[self.workers.submit(make_chunk, flight.chunk)] = flight

    def _count(self) -> int:
        """Runs of the next chunk: some seconds' work, less towards the end so that all end together."""
        if self.pace <= 0.0 and not self.summary.made:
            return 1
        count = self.chunk_seconds / self.pace if self.pace > 0.0 else self.chunk_runs
        left = self.summary.total - self.summary.known - len(self.twins) - self.drawn
        left += len(self.ahead)
        share = ceil(max(left, 0) / (2 * max(self.workers.size, 1)))
        return max(1, int(min(count, self.chunk_runs, share)))

    def _chunk(self) -> Chunk:
        count = min(self._count(), len(self.ahead))
        tasks = tuple(self.ahead.popleft() for _ in range(count))
        return Chunk(
            self.store.next_chunk(), self.store.session, tasks, self.work, self.store.place,
            self.timeout, self.retries, self.chunk_seconds,
        )  # fmt: skip

    def _await(self, tasks: Iterator[Task]) -> None:
        """Draw what comes next while the workers are at work, and take in what ended."""
        self._draw(tasks)
        ended, _ = wait(self.flying, timeout=0.5, return_when=FIRST_COMPLETED)
        if not self.flying:
            sleep(0.2)
        for future in ended:
            self._take(future, self.flying.pop(future))
        if ended:
            self._say()
        elif self.timeout is not None:
            self._watch(self.timeout)

    def _take(self, future: Future[Made], flight: _Flight) -> None:
        """Count what a chunk came to; that of a dead worker is to be made again."""
        error = future.exception()
        if error is None:
            made = future.result()
            if made.done + made.failed < len(flight.chunk.tasks):
                # Its worker was asked to end, not by this process: another one makes the rest.
                self.workers.end(future)
                self.again.append(flight)
                return
            self.summary.add(made)
            mine = made.seconds / len(flight.chunk.tasks)
            self.pace = mine if self.pace <= 0.0 else 0.7 * self.pace + 0.3 * mine
            return
        if not died(error):
            raise error
        self.summary.deaths += 1
        before, flight.lines = flight.lines, len(read_lines(flight.chunk.journal))
        flight.silent = flight.silent + 1 if flight.lines == before else 0
        if flight.silent >= SILENT_DEATHS:
            raise RuntimeError(
                f"{SILENT_DEATHS} workers died one after the other before they began a run (killed, "
                "or out of memory): fewer --workers or a smaller --scale need less"
            )
        self.again.append(flight)

    def _watch(self, timeout: float) -> None:
        """End workers whose run is over its time and did not end itself."""
        for future, flight in self.flying.items():
            lines = read_lines(flight.chunk.journal)
            line = lines[-1] if lines else ("", "")
            if line != flight.line:
                flight.line, flight.since = line, monotonic()
            elif (
                line[0] == UNDER_WAY
                and monotonic() - flight.since > timeout + GRACE
                # A worker that died and is not replaced yet is not late.
                and at_work(flight.chunk.journal)
            ):
                note_late(flight.chunk.journal, line[1])
                self.workers.end(future)

    def _stop(self) -> None:
        """Have the workers store what they have, and wait for them in patience."""
        if not self.flying:
            return
        stop = next(iter(self.flying.values())).chunk.stop
        try:
            stop.touch()
            self.workers.stop()
            ended, _ = wait(self.flying, timeout=self.workers.patience)
        except (OSError, KeyboardInterrupt):
            # A full disk, or whoever interrupts a second time is in a hurry.
            ended = {future for future in self.flying if future.done()}
        for future in ended:
            if future.exception() is None:
                self.summary.add(future.result())

    def _say(self) -> None:
        self.tell(self.summary.ready, self.summary.total, self.summary.failed)


def run_study(
    study: Study,
    out: Path,
    *,
    workers: int = 1,
    threads: bool = False,
    cluster: str | None = None,
    share: Share | None = None,
    resume: bool = False,
    timeout: float | None = None,
    retries: int = 1,
    work: Work | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Make the runs of a study, or a share of them, in a batch folder.

    `work` is the study's own keeper unless given. The results are the same for any workers.
    """
    check_limits(timeout, retries)
    mine, origin = share or Share(), origin_of(study)
    with BatchStore(Path(out), origin, resume, mine) as store:
        known = store.known()
        wanted = rows_of(study, mine)
        missing = {row for row in wanted if row not in known.rows}
        if not missing:
            return Summary(
                len(wanted), len(wanted), failed_before=known.failed, broken=known.broken
            )
        points = sorted({point for point, _ in missing})
        cases = (case for case in study.cases(points) if (case.point, case.replicate) in missing)
        workers_there = crew(workers, threads, cluster)
        try:
            return run_cases(
                cases, work or study.keeper, store, workers_there, total=len(wanted), known=known,
                skipped=len(wanted) - len(missing), timeout=timeout, retries=retries,
                prepare=_warm_up, progress=progress,
            )  # fmt: skip
        finally:
            workers_there.close()


def check_limits(timeout: float | None, retries: int) -> None:
    """Refuse limits that make no sense."""
    if timeout is not None and not 0.0 < timeout < 1e7:
        raise InputError("batch", "--timeout", timeout, "seconds above 0")
    if not 0 <= retries <= 100:
        raise InputError("batch", "--retries", retries, "0 to 100")


def check_out(study: Study, out: Path, resume: bool, share: Share) -> None:
    """Refuse a folder that cannot take the runs of a study, before anything is run or written."""
    check_folder(out, origin_of(study).manifest(), resume, share)


def origin_of(study: Study) -> Origin:
    """What a batch of a study is made from."""
    return Origin(study.name, study.hash, study.runs, study.text, study.design(), study.manifest())


def rows_of(study: Study, share: Share) -> set[tuple[int, int]]:
    """Points and replicates of a share of a study.

    Whole points where there are many, as a share need not know of the others then; else single runs.
    """
    points = [int(point) for point in study.design()["point"]]
    replicates = int(study.replicates)
    by_point = len(points) >= 10 * share.of
    return {
        (point, replicate)
        for place, point in enumerate(points)
        for replicate in range(replicates)
        if (place if by_point else place * replicates + replicate) % share.of == share.index - 1
    }


def _warm_up(case: Case) -> None:
    """Compile the kernels and put the population on disk, for all workers."""
    from sim.workers import warm_up

    warm_up(case.scenario, case.scale)


def _silent(done: int, total: int, failed: int) -> None:
    return
