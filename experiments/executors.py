"""Where runs are made: processes here, threads here, a Dask cluster, or any executor.

The parent makes no runs itself, unlike the processes of `sim.workers`: one that kills its process
would take the whole batch with it.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from time import monotonic
from typing import Any, Protocol

from experiments.chunks import obey_termination
from sim.core.errors import InputError
from sim.workers import end_with_parent, quiet_start

CONNECT = 20.0
"""Seconds that a cluster has to answer, and to have a worker."""


class Crew(Protocol):
    """Workers that take one call each at a time.

    `patience`: seconds to wait for what is under way when the batch is stopped; None waits for ever.
    """

    patience: float | None

    @property
    def size(self) -> int:
        """How many calls can be under way."""
        ...

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have a function of a module called with arguments that can be pickled."""
        ...

    def end(self, future: Future[Any]) -> bool:
        """End the worker that a call is in; False if that cannot be done."""
        ...

    def stop(self) -> None:
        """Ask the workers to end the run they are at and to store what they have."""
        ...

    def close(self) -> None:
        """End the workers."""
        ...


def died(error: BaseException | None) -> bool:
    """Does a call's error say that its worker died?"""
    return isinstance(error, BrokenExecutor) or type(error).__name__ == "KilledWorker"


class AnyExecutor:
    """Any `concurrent.futures.Executor`, taken to have `size` workers; closing leaves it open."""

    patience: float | None = None

    def __init__(self, executor: Executor, size: int) -> None:
        self._executor, self._size = executor, size

    @property
    def size(self) -> int:
        return self._size

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        return self._executor.submit(function, *arguments)

    def end(self, future: Future[Any]) -> bool:
        return False

    def stop(self) -> None:
        return

    def close(self) -> None:
        return


class Threads(AnyExecutor):
    """Threads of this process: nothing to start or to pickle, but a run cannot be ended in one."""

    def __init__(self, size: int) -> None:
        super().__init__(ThreadPoolExecutor(size, thread_name_prefix="lianghua"), size)

    def close(self) -> None:
        self._executor.shutdown()


class Processes:
    """Processes of this machine, each a pool of its own: one that dies takes no other call along."""

    patience: float | None = 10.0

    def __init__(self, size: int) -> None:
        self._seats = [_Seat() for _ in range(size)]

    @property
    def size(self) -> int:
        return len(self._seats)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        seat = next(one for one in self._seats if one.future is None or one.future.done())
        return seat.submit(function, *arguments)

    def end(self, future: Future[Any]) -> bool:
        for seat in self._seats:
            if seat.future is future:
                seat.each(lambda process: process.kill())
        return True

    def stop(self) -> None:
        for seat in self._seats:
            seat.each(lambda process: process.terminate())

    def close(self) -> None:
        for seat in self._seats:
            seat.close()


class _Seat:
    """One process at a time, begun anew if it died."""

    def __init__(self) -> None:
        self.future: Future[Any] | None = None
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        if self.future is not None and died(self.future.exception()):
            self.close()
        try:
            return self._submit(function, *arguments)
        except BrokenExecutor:
            # It died with nothing to do.
            self.close()
            return self._submit(function, *arguments)

    def each(self, do: Callable[[Any], None]) -> None:
        for process in list((self._pool._processes or {}).values()) if self._pool else []:
            do(process)

    def close(self) -> None:
        if self._pool is not None:
            idle = self.future is None or self.future.done()
            if not idle:
                self.each(lambda process: process.kill())
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                1, mp_context=multiprocessing.get_context("spawn"), initializer=_start
            )
        # The process starts with the first call.
        with quiet_start():
            self.future = self._pool.submit(function, *arguments)
        return self.future


class Cluster:
    """A Dask cluster: `local`, with `size` processes here, or the address of a scheduler.

    Its workers need the same package and the same folder. Workers with one thread each, under a
    nanny, can be ended for a run that takes too long.
    """

    patience: float | None = 10.0

    def __init__(self, address: str, size: int) -> None:
        try:
            from dask import config
            from distributed import Client, LocalCluster
        except ImportError:
            allowed = "an installation with dask: pip install 'lianghua[cluster]'"
            raise InputError("batch", "--cluster", address, allowed) from None
        if address != "local" and "://" not in address:
            raise InputError("batch", "--cluster", address, "local, or tcp://HOST:PORT")
        self._cluster: Any = None
        self._wanted = size
        # Deaths of workers are told once, in the table of runs and at the end.
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            if address == "local":
                # A cluster gives up a worker that its nanny takes longer than this to start again,
                # and 15 s are not enough on a machine at its limits.
                config.set({"distributed.deploy.lost-worker-timeout": "120s"})
                with quiet_start():
                    self._cluster = LocalCluster(
                        n_workers=size, threads_per_worker=1, processes=True,
                        dashboard_address=None, silence_logs=logging.CRITICAL,
                    )  # fmt: skip
            self._client = Client(self._cluster or address, timeout=CONNECT)
            self._client.wait_for_workers(1, timeout=CONNECT)
        except (OSError, TimeoutError, ValueError) as error:
            given = f"{address} ({' '.join(str(error).split()) or type(error).__name__})"
            allowed = "a Dask scheduler that answers and has workers"
            raise InputError("batch", "--cluster", given, allowed) from None
        self._calls: dict[Future[Any], Any] = {}
        self._size, self._asked = 0, -CONNECT

    @property
    def size(self) -> int:
        """Threads of all workers; some may come and go."""
        if monotonic() - self._asked > 2.0:
            self._size, self._asked = sum(self._client.nthreads().values()), monotonic()
            if self._cluster is not None and self._size < self._wanted:
                # Opens those again that were given up, and does nothing about the others.
                self._cluster.scale(self._wanted)
        return self._size

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        call = self._client.submit(function, *arguments, pure=False)
        future: Future[Any] = Future()
        self._calls[future] = call
        call.add_done_callback(lambda ended: self._pass_on(ended, future))
        return future

    def end(self, future: Future[Any]) -> bool:
        call = self._calls.get(future)
        for worker, keys in self._client.processing().items():
            if call is not None and call.key in keys:
                try:
                    self._client.restart_workers([worker], raise_for_error=False)
                except ValueError:
                    # A worker without a nanny.
                    return False
        return True

    def stop(self) -> None:
        return

    def close(self) -> None:
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()

    def _pass_on(self, ended: Any, future: Future[Any]) -> None:
        """Hand over what a call of the cluster came to; this runs in a thread of the client."""
        self._calls.pop(future, None)
        try:
            result = ended.result()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)


def crew(workers: int, threads: bool = False, cluster: str | None = None) -> Crew:
    """The workers that the options of the command line ask for."""
    if workers < 1:
        raise InputError("batch", "--workers", workers, "1 or more")
    if cluster is not None:
        if threads:
            raise InputError("batch", "--threads", "together with --cluster", "one of them")
        return Cluster(cluster, workers)
    return Threads(workers) if threads else Processes(workers)


def _start() -> None:
    """How a process starts."""
    end_with_parent()
    obey_termination()
