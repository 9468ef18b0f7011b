"""Economies and supply graphs of the user's as files, and a hash of those handed over in Python.

docs/own_data.md says what the files hold.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

from sim.core.csv_table import CsvTable, read_csv
from sim.core.errors import InputError
from sim.core.files import content_of
from sim.core.table import Array
from sim.world.economy import Economy
from sim.world.network import NUMBERS as FIRM_NUMBERS

WORDS = ("name_zh", "name_en")
NUMBERS = (
    "imported_share", "labour_share", "energy_share", "export_share", "service_share",
    "capital_output_ratio", "skilled_share", "production_worker_share", "robot_density_multiple",
    "polluting", "hazardous", "equipment_maker",
)  # fmt: skip
"""Columns that a table of an economy may have besides those that it needs."""
SUMS = frozenset({"total", "totals", "sum", "合计", "总计"})
"""Names that programs give to rows and columns of sums."""
_NO_SUMS = "sectors only: rows and columns of totals are left out"
ENDS = ("supplier", "customer")
LINK = ("share", "flow", "weight")
"""Columns of a table of links besides attributes of firms, such as supplier_sector."""
MEASURED = frozenset({"employees", "output", *FIRM_NUMBERS})
"""Attributes of firms that are numbers."""


# ------------------------------------------------------------------ economies
def read_economy(path: Path) -> Economy:
    """An economy from a CSV table with a row a sector.

    Columns code, one for each code (what that user buys of the row's good) and final_demand;
    WORDS and NUMBERS may follow. With a column `output` the purchases are money as the table's
    other figures, and final demand is what is left of output where it is not given.
    """
    table = read_csv(path)
    rows = [cells for _, cells in table.records()]
    lines = [line for line, _ in table.records()]
    if "code" not in table.columns:
        alike = [name for name in table.columns if name.casefold() == "code"]
        hint = f"code; did you mean {alike[0]}?" if alike else "code, a column for each code"
        raise InputError(path, "code", "a missing column", hint)
    codes = [row["code"] for row in rows]
    reserved = ("code", "output", "final_demand", *WORDS, *NUMBERS)
    for line, code in zip(lines, codes, strict=True):
        if code.casefold() in SUMS:
            raise InputError(path, f"line {line}: code", code, _NO_SUMS)
        if code in reserved:
            allowed = "another code: the name is reserved for a column that every table can have"
            raise InputError(path, f"line {line}: code", code, allowed)
    if not codes or "" in codes or len(set(codes)) < len(codes):
        raise InputError(path, "code", ", ".join(codes), "one or more different codes")
    known = ("code", *codes, *reserved[1:])
    for name in table.columns:
        if name not in known:
            allowed = _NO_SUMS if name.casefold() in SUMS else ", ".join(known)
            raise InputError(path, f"column {name}", "an unknown column", allowed)
    for name in codes:
        if name not in table.columns:
            raise InputError(path, f"column {name}", "a missing column", "a column for each code")

    def column(name: str) -> Any:
        pairs = zip(lines, rows, strict=True)
        return np.array([_number(table, line, name, row[name]) for line, row in pairs])

    purchases = np.stack([column(code) for code in codes], axis=1)
    optional: dict[str, Any] = {name: column(name) for name in NUMBERS if name in table.columns}
    for name in WORDS:
        if name in table.columns:
            optional[name.replace("name", "names")] = [row[name] for row in rows]
    if "output" in table.columns:
        output = column("output")
        for place in np.flatnonzero((output <= 0) & (purchases != 0).any(axis=0))[:1]:
            raise InputError(
                path, f"line {lines[place]}: output", f"{output[place]:g}",
                "above 0, as the sector buys inputs",
            )  # fmt: skip
        sold = purchases.sum(axis=1)
        final = output - sold
        if "final_demand" in table.columns:
            _agree(path, lines, codes, output, sold, column("final_demand"))
        purchases = purchases / np.where(output > 0, output, 1.0)
    elif "final_demand" not in table.columns:
        raise InputError(path, "final_demand", "a missing column", "final_demand or output")
    if "final_demand" in table.columns:
        final = column("final_demand")
    try:
        return Economy.from_table(codes, purchases, final, **optional)
    except InputError as error:
        raise InputError(path, error.key, error.given, error.allowed) from None


def _agree(
    path: Path, lines: list[int], codes: list[str], output: Array, sold: Array, final: Array
) -> None:
    """Refuse a sector whose output (S,) is not what users buy of it and its final demand.

    Figures are rounded, the smaller the coarser, so a hundredth of the sector's output and a
    ten-thousandth of the largest are let pass.
    """
    uses = sold + final
    off = np.abs(uses - output) - 0.01 * output - 1e-4 * output.max()
    for place in np.flatnonzero(off > 0)[:1]:
        raise InputError(
            path, f"line {lines[place]}: output", f"{output[place]:g} for sector {codes[place]}",
            f"{uses[place]:g}, as its row says: {sold[place]:g} bought by sectors and a final demand"
            f" of {final[place]:g} (net of imports); or one of the columns output and final_demand"
            " left out",
        )  # fmt: skip


def _number(table: CsvTable, line: int, column: str, cell: str) -> float:
    value = table.number(cell)
    if value is None:
        raise InputError(table.path, f"line {line}, column {column}", cell, "a number")
    return value


# ------------------------------------------------------------------ graphs
def read_graph(path: Path) -> Any:
    """A networkx graph from GraphML, GEXF, GML, node-link JSON or a CSV table of links."""
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise InputError(path, "", path.suffix or "no suffix", ", ".join(_READERS))
    if read is _links:
        return _links(path)
    content = content_of(path)
    try:
        return read(content)
    except _NoGraphError as error:
        raise InputError(path, "", *error.args) from None
    except Exception as error:
        # Parsers of four formats have as many kinds of error for a file that is none.
        problem = " ".join(f"{type(error).__name__}: {error}".split())
        raise InputError(path, "", problem[:200], f"a whole {path.suffix[1:]} file") from None


_NODE_LINK = "a whole json file with the lists nodes and links, as networkx.node_link_data gives it"


class _NoGraphError(Exception):
    """A whole file of another kind: what it is, and what is allowed."""


def _gexf(content: bytes) -> Any:
    head = content[:2000]
    version = re.search(rb"gexf\.net/(1\.[3-9])", head)
    if version:
        given = f"GEXF {version[1].decode()}"
        raise _NoGraphError(given, "GEXF 1.1 or 1.2, or the graph as GraphML")
    return nx.read_gexf(io.BytesIO(content))


def _gml(content: bytes) -> Any:
    text = content.decode("utf-8-sig").split("\n")
    try:
        return nx.parse_gml(text)
    except nx.NetworkXError as error:
        if "label" not in str(error):
            raise
        return nx.parse_gml(text, label="id")


def _json(content: bytes) -> Any:
    data = json.loads(content.decode("utf-8-sig"))
    if not isinstance(data, dict):
        raise _NoGraphError(f"JSON that is no object but {json.dumps(data)[:40]}", _NODE_LINK)
    lists = [key for key in ("nodes", "links", "edges") if isinstance(data.get(key), list)]
    if lists[:1] != ["nodes"] or len(lists) < 2:
        raise _NoGraphError(f"an object with {', '.join(map(str, data)) or 'nothing'}", _NODE_LINK)
    return nx.node_link_graph(data, edges="links" if "links" in data else "edges")


def _links(path: Path) -> Any:
    """A graph from a table with a row a link: supplier, customer, LINK and attributes of both."""
    table = read_csv(path)
    for name in ENDS:
        if name not in table.columns:
            allowed = "supplier, customer and, where known, " + ", ".join(
                (*LINK, "supplier_sector", "customer_sector", "supplier_city", "customer_city")
            )
            raise InputError(path, name, f"only {', '.join(table.columns)}", allowed)
    for name in table.columns:
        if name not in (*ENDS, *LINK) and name.partition("_")[0] not in ENDS:
            allowed = f"{', '.join((*ENDS, *LINK))} and attributes of both, as supplier_sector"
            raise InputError(path, f"column {name}", "an unknown column", allowed)
    graph: Any = nx.DiGraph()
    for line, row in table.records():
        ends = [row[end] for end in ENDS]
        for end, node in zip(ENDS, ends, strict=True):
            if not node:
                raise InputError(path, f"line {line}: {end}", "nothing", "the name of a firm")
            told = {
                name.partition("_")[2]: _attribute(table, line, name, cell)
                for name, cell in row.items() if name.startswith(f"{end}_") and cell
            }  # fmt: skip
            before = graph.nodes[node] if node in graph else {}
            for key, cell in told.items():
                if before.get(key, cell) != cell:
                    earlier = before[key]
                    shown = earlier if isinstance(earlier, str) else f"{earlier:.10g}"
                    allowed = f"{shown}, as before"
                    raise InputError(path, f"line {line}: {key} of {node}", cell, allowed)
            graph.add_node(node, **told)
        if graph.has_edge(*ends):
            raise InputError(path, f"line {line}", " -> ".join(ends), "each link once")
        graph.add_edge(
            *ends,
            **{
                name: _number(table, line, name, row[name])
                for name in LINK if row.get(name)
            },
        )  # fmt: skip
    return graph


def _attribute(table: CsvTable, line: int, column: str, cell: str) -> str | float:
    """A cell of a firm's attribute; those that are numbers have the table's decimal mark."""
    measured = column.partition("_")[2] in MEASURED
    return _number(table, line, column, cell) if measured else cell


_READERS: Mapping[str, Callable[[Any], Any]] = {
    ".graphml": lambda content: nx.read_graphml(io.BytesIO(content)),
    ".gexf": _gexf,
    ".gml": _gml,
    ".json": _json,
    ".csv": _links,
}


# ------------------------------------------------------------------ hashes of objects
def economy_hash(economy: Economy) -> str:
    """SHA-256 of every field of an economy."""
    values = [(one.name, getattr(economy, one.name)) for one in fields(economy)]
    return _hash([_text((name, value), "economy", name) for name, value in values])


def graph_hash(graph: Any) -> str:
    """SHA-256 of a graph's nodes and edges in their order, with all attributes.

    Raises InputError for attributes that are neither plain nor arrays: their text need not be theirs.
    """
    edges = (_line((one, other), f"edge {one!r} -> {other!r}", have)
             for one, other, have in graph.edges(data=True))  # fmt: skip
    nodes = (_line((node,), f"node {node!r}", have) for node, have in graph.nodes(data=True))
    kind = (graph.is_directed(), graph.is_multigraph())
    return _hash([_line(kind, "the graph", graph.graph)], nodes, edges)


def _hash(*parts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        for one in part:
            digest.update(one.encode() + b"\n")
        digest.update(b"\n")
    return digest.hexdigest()


def _line(names: tuple[Any, ...], where: str, attributes: Mapping[Any, Any]) -> str:
    """A node, an edge or a graph with its attributes, in the order of their names."""
    parts = [_text(name, "supply graph", where) for name in names]
    for key, value in sorted(((str(key), value) for key, value in attributes.items()), key=_first):
        parts += [
            _text(key, "supply graph", where),
            _text(value, "supply graph", f"{where}: {key}"),
        ]
    return ", ".join(parts)


def _first(pair: tuple[str, Any]) -> str:
    return pair[0]


def _text(value: Any, where: str, key: str) -> str:
    """A value as JSON; InputError for one that holds anything JSON and numpy have no name for."""
    try:
        return json.dumps(value, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        allowed = "a number, text, true or false, or lists, sets or arrays of them"
        raise InputError(where, key, " ".join(str(error).split())[:200], allowed) from None


def _plain(value: Any) -> Any:
    """A value of numpy's, or a set, as JSON has it."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(json.dumps(one, default=_plain) for one in value)
    raise TypeError(f"a value of type {type(value).__name__}")
