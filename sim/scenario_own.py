"""The parts of a scenario that name data of the user's: an economy, a supply graph.

A scenario keeps the path of the file and the hash of its content, and the hash decides: wherever the
file is read again, by a repeated run or a worker process, another content is refused. What is handed
over in Python has a hash and no path; it goes with the scenario through copies and into workers, but
into no file. What reads such data is imported where some is named: it loads networkx.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, PrivateAttr

from sim.core.errors import InputError
from sim.core.files import sha256_of
from sim.parameters import Section


class OwnData(Section):
    """A file by path and SHA-256; without a path, an object of that hash."""

    key: ClassVar[str]
    allowed: ClassVar[str]

    path: str = Field("", description="file; relative to the scenario that names it")
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$", description="of the file, once it is read")
    _object: Any = PrivateAttr(None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.model_dump() == other.model_dump()

    def __hash__(self) -> int:
        return hash((self.path, self.sha256))

    @classmethod
    def named(cls, value: Any) -> Any:
        """What a scenario says, with a path and hash; a text is a path, an empty one is none."""
        if isinstance(value, str):
            value = {"path": value} if value else None
        if not isinstance(value, dict) or not isinstance(value.get("path"), str):
            return value
        if value["path"] and not value.get("sha256"):
            path = Path(value["path"]).expanduser().resolve()
            value = {**value, "path": str(path), "sha256": sha256_of(path)}
        return value

    @classmethod
    def of(cls, value: Any) -> Self:
        """What is handed over in Python: a path, or an object."""
        if isinstance(value, str | Path):
            return cls.model_validate(cls.named(str(value) or "."))
        new = cls(sha256=cls._hash(value))
        new._object = cls._kept(value)
        return new

    def hand_on(self, other: OwnData | None) -> None:
        """Give the object to what says the same of it."""
        if other == self and self._object is not None:
            assert other is not None
            other._object = self._object

    def open(self) -> Any:
        """The economy or graph; refuses a file that is not there any more or was changed."""
        if self._object is not None:
            return self._object
        if not self.path and not self.sha256:
            raise InputError(f"{self.key}: path", "", "no file", f"{self.key} = a file")
        if not self.path:
            raise InputError(
                self.key, "",
                "no file, but the hash of a file or of an object that was handed over in Python",
                f"the same object again, or {self.key} = a file, which a scenario can name",
            )  # fmt: skip
        found = sha256_of(Path(self.path))
        if found != self.sha256:
            raise InputError(
                self.path, self.key, f"a changed file (SHA-256 {found[:12]})",
                f"the file as it was (SHA-256 {self.sha256[:12]}), or {self.key} set anew",
            )  # fmt: skip
        return self._read()

    @classmethod
    def _hash(cls, value: Any) -> str:
        """Hash of an object; InputError if it is of another kind."""
        raise NotImplementedError

    @classmethod
    def _refusal(cls, value: Any) -> InputError:
        return InputError(cls.key.replace("_", " "), "", type(value).__name__, cls.allowed)

    @classmethod
    def _kept(cls, value: Any) -> Any:
        """What is kept of an object: nothing that changes once it has been hashed."""
        return value

    def _read(self) -> Any:
        raise NotImplementedError


class OwnEconomy(OwnData):
    """The table of an economy (docs/own_data.md) in place of the province's."""

    key: ClassVar[str] = "economy"
    allowed: ClassVar[str] = "an Economy, or the path of a CSV table"

    @classmethod
    def _hash(cls, value: Any) -> str:
        from sim.world.economy import Economy
        from sim.world.own_files import economy_hash

        if not isinstance(value, Economy):
            raise cls._refusal(value)
        return economy_hash(value)

    def _read(self) -> Any:
        return _economy(self.path, self.sha256)


class OwnGraph(OwnData):
    """A supply graph (docs/own_data.md), with what it does not say itself.

    `sector` and `city` of nodes without, and what the `weight` of an edge is.
    """

    key: ClassVar[str] = "supply_graph"
    allowed: ClassVar[str] = "a networkx Graph or DiGraph, or the path of a file"

    sector: str = ""
    city: str = ""
    weight: Literal["", "share", "flow", "none"] = ""

    @classmethod
    def _hash(cls, value: Any) -> str:
        from networkx import Graph

        from sim.world.own_files import graph_hash

        if not isinstance(value, Graph):
            raise cls._refusal(value)
        return graph_hash(value)

    @classmethod
    def _kept(cls, value: Any) -> Any:
        import networkx as nx

        # Built anew: a copy of a view, such as that of a province's links, would go on with it.
        kinds = {(False, False): nx.Graph, (True, False): nx.DiGraph,
                 (False, True): nx.MultiGraph, (True, True): nx.MultiDiGraph}  # fmt: skip
        kept = kinds[value.is_directed(), value.is_multigraph()]()
        kept.graph.update(deepcopy(dict(value.graph)))
        kept.add_nodes_from((node, deepcopy(dict(have))) for node, have in value.nodes(data=True))
        kept.add_edges_from(
            (one, other, deepcopy(dict(have))) for one, other, have in value.edges(data=True)
        )
        return nx.freeze(kept)

    def _read(self) -> Any:
        return _graph(self.path, self.sha256, self.sector, self.city, self.weight)


@lru_cache(maxsize=2)
def _economy(path: str, sha256: str) -> Any:
    from sim.world.own_files import read_economy

    return read_economy(Path(path))


@lru_cache(maxsize=2)
def _graph(path: str, sha256: str, sector: str, city: str, weight: str) -> Any:
    from sim.world.own_files import read_graph

    graph = read_graph(Path(path))
    said = {"sector": sector, "city": city, "weight": weight}
    graph.graph.update({key: word for key, word in said.items() if word})
    return graph
