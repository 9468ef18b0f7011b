"""An index taken apart for one place and year: classes, items, and the firms that weigh most."""

from __future__ import annotations

from typing import Any

from sim.audit import traced
from sim.contributions import Part, parts
from sim.core.errors import InputError
from sim.indices.yearly import CLASSES, INDICES, PROVINCE
from sim.outputs import BY_NAME
from sim.view.questions import Question
from sim.view.runs import SCALE, whole_run

WORDS = ("label_zh", "label_en")
ITEM = ("x", "x0", "low", "high", "log", "unit", "feeds", "basis", "source", "confidence", "note",
        "note_zh", "outside", "outside_source", "contributors", "kind", "largest_zh",
        "largest_en")  # fmt: skip
"""Columns of the audit's frame that an item keeps."""


def audit(question: Question) -> dict[str, Any]:
    """The trail of an index in one of the page's runs, as nested plain data.

    Arguments: `index` (two_integration or informatization), `place` (0 the province, 1 to 11 a
    city), `year` (data year), `scale`. The run is that of the page's replicate, so that figures
    are the same at the page's scale. Found: the total (labels, latent, reported, rank, its 5 % and
    95 % quantiles, places ranked), with `classes` (weight, value, contribution to the total), each
    with `items` (value, contribution, what it is made of, `sectors` and `firms` behind it).
    """
    asked = dict(question.arguments)
    index, place = str(asked.get("index", INDICES[0])), asked.get("place", 0)
    year, scale = asked.get("year", 0), float(asked.get("scale", SCALE))
    if index not in INDICES:
        raise InputError("audit", "index", index, ", ".join(INDICES))
    province = whole_run(question.plan, question.replicate, scale)
    cities, clock = len(province.labels.cities), province.clock
    if not isinstance(place, int) or not 0 <= place <= cities:
        raise InputError("audit", "place", place, f"0 to {cities}")
    first, last = -(-clock.start // 12), (clock.start + clock.months) // 12 - 1
    if not isinstance(year, int) or not first <= year <= last:
        raise InputError("audit", "year", year, f"{first} to {last}")
    for _ in range((year + 1) * 12 - clock.start):
        province.step()
    rows = traced(province, place, index).frame.to_dict("records")
    behind = parts(province.context, place, {})
    minus = {one.code: one.minus for one in province.data.indices.items(index)}
    total = rows[0]
    return {
        **{key: total[key] for key in ("year", "edition", "region", "index", "latent", "reported",
                                       "rank", "rank_low", "rank_high", "places", *WORDS)},
        "province": total["region"] == PROVINCE,
        "replicate": question.replicate,
        "scale": scale,
        "classes": [
            _class(one, rows, behind, minus, province) for one in rows if one["level"] == "class"
        ],
    }  # fmt: skip


def _class(
    row: dict[str, Any], rows: list[dict[str, Any]], behind: dict[str, Part],
    minus: dict[str, bool], province: Any,
) -> dict[str, Any]:  # fmt: skip
    """A class with its items; items of a class weigh the same."""
    assert row["code"] in CLASSES[row["index"]]
    mine = [one for one in rows if one["level"] == "item" and one["class"] == row["code"]]
    weight = float(row["weight"])
    return {
        **{key: row[key] for key in ("code", "latent", *WORDS)},
        "weight": weight,
        "contribution": weight * row["latent"],
        "items": [
            _item(one, weight / len(mine), behind, province) | {"minus": minus[one["code"]]}
            for one in mine
        ],
    }


def _item(
    row: dict[str, Any], weight: float, behind: dict[str, Part], province: Any
) -> dict[str, Any]:
    """An item: figures, origin and who stands behind it."""
    part = behind.get(row["feeds"])
    output = None if row["outside"] else BY_NAME.get(row["feeds"])
    found = {key: row[key] for key in ("code", "latent", *WORDS, *ITEM)}
    found |= {"weight": weight, "contribution": weight * row["latent"]}
    found |= {f"output_{lang}": str(getattr(output, lang, "")) for lang in ("zh", "en")}
    whose = part.kind if part is not None else ""
    found["sectors"] = _sectors(part, province) if part is not None and whose == "firms" else []
    found["firms"] = _firms(part, province) if part is not None and whose == "firms" else []
    return found


def _sectors(part: Part, province: Any) -> list[dict[str, Any]]:
    economy = province.data.economy
    return [
        {lang: _sector(economy, economy.codes.index(code), lang) for lang in ("zh", "en")}
        | {"share": share}
        for code, share in part.sectors[:3]
    ]


def _sector(economy: Any, place: int, lang: str) -> str:
    return str(getattr(economy, f"names_{lang}")[place])


def _firms(part: Part, province: Any) -> list[dict[str, Any]]:
    """Firms that weigh most, largest first: who they are and how many real firms each stands for."""
    firms, found = province.tables["firms"], []
    place = {int(uid): row for row, uid in enumerate(firms.uid)}
    for name, share in part.largest:
        row = place[int(name.lstrip("#"))]
        sector = int(firms.sector[row])
        found.append({
            "uid": int(firms.uid[row]), "share": share, "city": int(firms.city[row]),
            "tier": int(firms.tier[row]), "stands_for": float(firms.weight[row]),
            "employees": float(firms.skilled[row] + firms.unskilled[row]),
            "sector_zh": _sector(province.data.economy, sector, "zh"),
            "sector_en": _sector(province.data.economy, sector, "en"),
        })  # fmt: skip
    return found
