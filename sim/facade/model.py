"""The Mesa model whose agents are the rows of tables."""

from __future__ import annotations

import copy
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn, Protocol

import mesa
from mesa.time import Event, EventGenerator, Priority, Schedule

from sim.core.edges import Edges
from sim.core.errors import InputError
from sim.core.table import Table
from sim.facade.agents import City, Firm, Provider
from sim.facade.rows import RowAgent, refuse
from sim.facade.sets import ColumnAgentSet


class Columns(Protocol):
    """What a `ColumnModel` shows: `sim.world.state.World`, or anything with tables by name."""

    tables: dict[str, Table]


@dataclass(frozen=True, slots=True)
class Labels:
    """Words for the indices that the tables do not name: sector codes and names of cities."""

    sectors: tuple[str, ...]
    cities: tuple[str, ...]


class AgentsByType(dict[type, ColumnAgentSet]):
    """Agent sets by type; `Firm` finds them too where a subclass has taken its place."""

    def __missing__(self, agent_type: type) -> ColumnAgentSet:
        for view, agents in self.items():
            if issubclass(view, agent_type) and agent_type is not RowAgent:
                return agents
        raise KeyError(agent_type)


def without_seed[F: Callable[..., None]](init: F) -> F:
    """Hide a constructor's `seed` from who reads its signature.

    Mesa's batch_run gives each run's `rng` to a parameter that is called `seed`, in the place of
    whatever its user wants as one. It then finds `rng`, and the user's `seed` comes through.
    """
    shown = inspect.signature(init)
    kept = [one for name, one in shown.parameters.items() if name != "seed"]
    init.__signature__ = shown.replace(parameters=kept)  # type: ignore[attr-defined]
    return init


class ColumnModel(mesa.Model):
    """A `mesa.Model` over the tables of a world.

    A subclass calls `super().__init__(rng=...)`, builds its world and hands it to `attach`, or
    has `world`, `labels` and `supply` as properties of its own. `view_types` are the agent
    classes, one a table, to be replaced by subclasses where users want methods of their own.
    A copy, however it is made (copy, deepcopy, pickle, joblib), goes on as the original would and
    leaves it alone; it comes without subscribers, and without `rebuilt_attributes`, which the
    subclass makes anew from the copied columns in `rebuild`. Copies within a process share
    `shared_attributes`, which no run ever changes.
    """

    view_types: ClassVar[tuple[type[RowAgent], ...]] = (Firm, City, Provider)
    shared_attributes: ClassVar[frozenset[str]] = frozenset()
    rebuilt_attributes: ClassVar[frozenset[str]] = frozenset()
    _attached: tuple[Columns | None, Labels, Any] = (None, Labels((), ()), None)

    def __init__(self, *, rng: Any = None, **kwargs: Any) -> None:
        # Mesa's own signature names `seed`, which it warns of and which its batch_run would use.
        super().__init__(rng=rng, **kwargs)

    def attach(self, world: Columns, labels: Labels, supply: Any = None) -> None:
        """Show these tables from now on; `supply` is what `model.supply` gives, if anything."""
        self._attached = (world, labels, supply)

    @property
    def world(self) -> Any:
        """Tables by name and the supply network's `edges`; None before `attach`."""
        return self._attached[0]

    @property
    def labels(self) -> Labels:
        """Words for sectors and cities."""
        return self._attached[1]

    @property
    def supply(self) -> Any:
        """The supply network as the model's users see it."""
        return self._attached[2]

    @property
    def tables(self) -> Mapping[str, Table]:
        """The world's tables by name, none before there is a world."""
        world = getattr(self, "world", None)
        return {} if world is None else world.tables

    @property
    def supply_edges(self) -> Edges:
        """The arrays of the supply network: the world's, or those that `supply` is or has."""
        edges = getattr(getattr(self, "world", None), "edges", None)
        if edges is None:
            supply = self.supply
            edges = supply if isinstance(supply, Edges) else getattr(supply, "edges", None)
        if isinstance(edges, Edges):
            return edges
        raise InputError(type(self).__name__, "has no supply network")

    # Agents.

    def kind_of(self, agent_type: type) -> int:
        """Position in `view_types` of the type that shows the same table."""
        name = getattr(agent_type, "table_name", None)
        for kind, view in enumerate(self.view_types):
            if view.table_name == name:
                return kind
        allowed = [view.__name__ for view in self.view_types]
        raise InputError("agent set", "agent type", agent_type.__name__, allowed)

    @property
    def agent_types(self) -> list[type[RowAgent]]:
        """Types of the agents that have a table."""
        return [view for view in self.view_types if view.table_name in self.tables]

    @property
    def agents(self) -> ColumnAgentSet:
        """Every agent in operation, type after type; the set follows the world."""
        return ColumnAgentSet(self, self.agent_types)

    @property
    def agents_by_type(self) -> AgentsByType:
        """The agents in operation of each type; the sets follow the world."""
        return AgentsByType((view, ColumnAgentSet(self, view)) for view in self.agent_types)

    def register_agent(self, agent: mesa.Agent) -> NoReturn:
        """Refused: an agent is a row."""
        refuse()

    def deregister_agent(self, agent: mesa.Agent) -> NoReturn:
        """Refused: an agent is a row."""
        refuse()

    def remove_all_agents(self) -> NoReturn:
        """Refused: an agent is a row."""
        refuse()

    # Events hold their callable weakly, and a view made for the call would be gone at once.

    def schedule_event(
        self,
        function: Callable[..., Any],
        *,
        at: float | None = None,
        after: float | None = None,
        priority: Priority = Priority.DEFAULT,
    ) -> Event:
        """As in Mesa; a method of an agent keeps its view until the event."""
        event = super().schedule_event(function, at=at, after=after, priority=priority)
        return _keep_view(event, function)

    def schedule_recurring(
        self,
        function: Callable[..., Any],
        schedule: Schedule,
        priority: Priority = Priority.DEFAULT,
    ) -> EventGenerator:
        """As in Mesa; a method of an agent keeps its view until the last event."""
        return _keep_view(super().schedule_recurring(function, schedule, priority), function)

    # Copies.

    def _unchanging(self) -> Iterator[Any]:
        """Objects that every copy shares."""
        for name in self.shared_attributes:
            if name in self.__dict__:
                yield self.__dict__[name]
        try:
            edges = self.supply_edges
        except InputError:
            return
        yield edges
        yield from edges

    def __getstate__(self) -> dict[str, Any]:
        """Everything but who listens and what is made anew from the columns."""
        left = {"subscribers", *self.rebuilt_attributes}
        return {key: value for key, value in self.__dict__.items() if key not in left}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # All at once: Mesa's scenario refuses changes to a model seen running.
        self.__dict__.update(state, subscribers=defaultdict(list))
        for event in self._event_list._events:
            if event.fn is None:  # its callable is gone: a copy would stumble over it
                event.cancel()
        self.rebuild()

    def __copy__(self) -> ColumnModel:
        """As a deep copy: two models on the same columns would be neither of them."""
        return copy.deepcopy(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> ColumnModel:
        """A model of its own columns, clock, generators and events; nobody listens to it yet."""
        new = type(self).__new__(type(self))
        memo[id(self)] = new
        memo.update((id(shared), shared) for shared in self._unchanging())
        new.__setstate__({k: copy.deepcopy(v, memo) for k, v in self.__getstate__().items()})
        return new

    def rebuild(self) -> None:
        """Make `rebuilt_attributes` of a copy anew from its columns; here there are none."""


def _keep_view[E: (Event, EventGenerator)](event: E, function: Callable[..., Any]) -> E:
    owner = getattr(function, "__self__", None)
    if isinstance(owner, RowAgent):
        event.view = owner
    return event
