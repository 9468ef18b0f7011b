"""Runs on several processes: the same results, in the same order, for any number of workers."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread, current_thread, main_thread
from types import ModuleType
from typing import Protocol

from sim.circumstances import CENTRAL
from sim.core.errors import InputError, NotFiniteError
from sim.results import Results
from sim.scenario import Scenario

Progress = Callable[[int, int], None]
"""Called with months (or runs) done and in all."""


@dataclass(frozen=True)
class Job:
    """One run of a comparison; `scenario` has the parameters and the population of its seed."""

    scenario: Scenario
    replicate: int
    seed: int
    scale: float
    check: bool


class Task(Protocol):
    """A job of any kind; its scenario and scale say what kernels and population it needs."""

    @property
    def scenario(self) -> Scenario: ...

    @property
    def scale(self) -> float: ...


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run_jobs[J: Task, R](
    jobs: Sequence[J], workers: int, work: Callable[[J], R], progress: Progress | None = None
) -> list[R]:
    """What `work` makes of every job, in their order, whatever the number of worker processes.

    `work` is a function of a module: it runs where the job runs, so that only what it returns
    crosses over. Before the first job, every scenario's names are found in its own economy's tables,
    or Zhejiang's.
    """
    # Runs of one scenario differ in parameters and population, and name the same.
    naming = {
        tuple(
            id(part) for part in (one.instruments, one.revisions, one.exogenous, one.economy)
        ): one
        for one in (job.scenario for job in jobs)
    }
    for scenario in naming.values():
        scenario.check_names()
    tell = progress if progress is not None else _silent
    tell(0, len(jobs))
    if workers == 1 or len(jobs) == 1:
        found = []
        for job in jobs:
            found.append(work(job))
            tell(len(found), len(jobs))
        return found
    # This process is one of the workers: it is at work while the others still start.
    others = min(workers, len(jobs)) - 1
    pool = ProcessPoolExecutor(
        others, mp_context=multiprocessing.get_context("spawn"), initializer=end_with_parent
    )
    try:
        with quiet_start():
            for _ in range(others):
                pool.submit(_load)
        # Workers then find compiled kernels and the population on disk and only read them.
        warm_up(jobs[0].scenario, jobs[0].scale)
        futures = [pool.submit(work, job) for job in jobs]
        results = _collect(jobs, futures, work, tell)
    except BaseException as error:
        for process in list((pool._processes or {}).values()):
            process.terminate()
        pool.shutdown(wait=False, cancel_futures=True)
        if isinstance(error, BrokenProcessPool):
            raise RuntimeError(
                "a worker process died (killed, or out of memory): fewer --workers or a smaller "
                "--scale need less"
            ) from None
        raise
    pool.shutdown()
    return results


def run_job(job: Job) -> Results:
    """One run."""
    from sim.model import Province

    try:
        return Province(
            job.scenario, scale=job.scale, seed=job.seed, check=job.check, parameters=CENTRAL
        ).run()
    except InputError:
        raise
    except NotFiniteError as error:
        raise error.of(f"{job.scenario.name}, replicate {job.replicate}") from None
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise RuntimeError(f"{job.scenario.name}, replicate {job.replicate}: {what}") from error


def run_to_year_ends(job: Job) -> Results:
    """A run without sectors and tiers, its cities and programme at year ends: memory stays flat."""
    results = run_job(job)
    last = results.province["month"].iloc[-1]
    results.sectors = results.sectors.iloc[:0]
    results.tiers = results.tiers.iloc[:0]
    for name in ("cities", "programme"):
        frame = getattr(results, name)
        ends = frame["month"].str.endswith("-12") | (frame["month"] == last)
        setattr(results, name, frame[ends].reset_index(drop=True))
    return results


def warm_up(scenario: Scenario, scale: float) -> None:
    """Compile the kernels and put the population on disk."""
    from sim.model import Province

    # A revision lies after the first month, and compiles nothing new.
    first_month = scenario.with_settings([f'time.end="{scenario.time.start}"', "revisions=[]"])
    Province(first_month, scale=scale, parameters=CENTRAL).run()


def _silent(done: int, total: int) -> None:
    return


def _load() -> None:
    """Import what a run needs."""
    import sim.model  # noqa: F401


def _collect[J, R](
    jobs: Sequence[J], futures: Sequence[Future[R]], work: Callable[[J], R], tell: Progress
) -> list[R]:
    """Results of the jobs: the first are run by the other workers, the last by this process."""
    found: dict[int, R] = {}
    for place in reversed(range(len(jobs))):
        # What another worker has taken, or has done, cannot be taken back.
        if not futures[place].cancel():
            break
        found[place] = work(jobs[place])
        done = [future for future in futures[:place] if future.done()]
        for future in done:
            future.result()
        tell(len(found) + len(done), len(jobs))
    theirs = futures[: len(jobs) - len(found)]
    for count, future in enumerate(as_completed(theirs), 1):
        future.result()
        tell(len(found) + count, len(jobs))
    return [*(future.result() for future in theirs), *(found[place] for place in sorted(found))]


def end_with_parent() -> None:
    """A worker whose parent was killed ends too; waiting for work it would stay for ever."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()


@contextmanager
def quiet_start() -> Iterator[None]:
    """How workers are started.

    They need this package only, not the caller's main module, so a script without
    `if __name__ == "__main__"` works too. Ctrl-C is blocked while they start, and for good in
    them: it goes to every process of a terminal, and ending the workers is their parent's part.
    """
    main = sys.modules["__main__"]
    block = hasattr(signal, "pthread_sigmask") and current_thread() is main_thread()
    sys.modules["__main__"] = ModuleType("__main__")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) if block else set()
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if block:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
