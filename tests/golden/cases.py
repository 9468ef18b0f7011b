"""What is kept as golden: command lines small enough to run all, wide enough to notice a change.

A case is the commands that fill its folder, one after the other, in that folder.
"""

from __future__ import annotations

import shlex
from pathlib import Path

STUDY = Path(__file__).parent / "small_study.toml"
SMALL = "--scale 0.02 --workers 2 --quiet"
ONE = "--scale 0.02 --quiet"
RUNS = (
    "document_2014", "no_programme", "core_programme", "contest_allocation", "city_programmes",
    "demand_slump",
)  # fmt: skip
"""Scenarios that are run alone: the document, nothing, part of it, other rules, cities, a shock."""

_WRITTEN = {
    **{f"run {name}": [f"run {name} --until 2014-12 {ONE} --check --out out"] for name in RUNS},
    "compare": [
        f"compare document_2014 core_programme no_programme --until 2015-03 {SMALL} "
        "--replicates 2 --out out"
    ],
    "compare zh": [
        f"compare contest_allocation document_2014 --until 2014-12 {SMALL} --replicates 2 --lang zh "
        "--parameters central --out out"
    ],
    "scorecard": [
        f"scorecard document_2014 no_programme --until 2017-12 {SMALL} --replicates 2 --out out"
    ],
    "ledger": [
        f"ledger document_2014 --instrument equipment_subsidy --until 2014-09 --follow 3 {SMALL} "
        "--replicates 2 --out out"
    ],
    "laboratory": [
        "laboratory document_2014 --instrument equipment_subsidy --rules formula,lottery "
        f"--until 2014-09 --follow 3 {SMALL} --replicates 2 --out out"
    ],
    "audit": [
        f"audit document_2014 --year 2013 {ONE} --out province",
        f"audit document_2014 --year 2013 --city Ningbo --index informatization {ONE} --out city",
    ],
    "story": [
        f"story firm --example document_2014 --until 2014-12 {ONE}",
        f"story city Ningbo document_2014 --until 2014-12 {ONE} --out city",
    ],
    "validate": [
        "validate --scale 0.01 --replicates 2 --workers 2 --quiet --out members",
        "validate --from members --lang zh --quiet --out again",
    ],
    "panel": [f"panel document_2014 --instrument equipment_subsidy --until 2014-12 {ONE} --out out"],
    "evaluators": [f"evaluators document_2014 --instrument equipment_subsidy --until 2015-12 {SMALL} --replicates 2 --out out"],
    "study": [
        f"batch {shlex.quote(str(STUDY))} --workers 2 --quiet --yes --out batch",
        "report batch --quiet --out report.html",
        "export batch --format csv --out exported",
        "query batch 'select count(*) as runs from runs'",
    ],
    "sensitivity": [
        "sensitivity document_2014 --method morris --parameter adoption.payback_shift "
        "--parameter information.cluster_peers --budget 8 --until 2013-06 --scale 0.01 "
        "--replicates 1 --workers 2 --quiet --out out"
    ],
    "describe": [
        "describe outputs", "describe month", "describe document_2014 --lang zh",
        "describe programme", "describe model-card", "scenarios", "schema", "schema --study",
    ],
}  # fmt: skip

CASES = {name: [shlex.split(one) for one in commands] for name, commands in _WRITTEN.items()}
"""Name of a case -> its command lines."""
