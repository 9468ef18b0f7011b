# %% [markdown]
# # Lianghua for users of Mesa and of the EMA Workbench
#
# `sim.Province` is a `mesa.Model`, so Mesa's own `batch_run` works on it. For more than a few runs
# there are studies: a TOML file says which levers and uncertainties are varied, runs are stored as
# they end, and what was begun goes on after a kill. The EMA Workbench can run the same study, or
# take what a batch has stored.
#
# Everything here runs in a minute or two, with one firm in a hundred and half a year: to see how it
# works, not what the programme does. Raise `SCALE` to 0.05 and drop `UNTIL` for that.

# %%
from pathlib import Path

import mesa
import pandas as pd

from experiments import query
from experiments.ema import OWN, ema_model, to_ema, workbench
from experiments.reading import Batch
from experiments.runner import run_study
from experiments.study import load_study
from sim import Province

SCALE, UNTIL = 0.01, "2012-06"
OUT = Path("out/for_mesa_and_ema_users")

# %% [markdown]
# ## 1. Mesa's batch_run
#
# Any key of a scenario is a parameter, with double underscores for dots. Seeds go in as `rng`. The
# model collects the headline outputs of every month; `data_collection_period=-1` keeps the last.

# %%
rows = mesa.batch_run(
    Province,
    parameters={
        "scenario": "document_2014",
        "adoption__reviews_per_year": [0.5, 2.0],
        "scale": SCALE,
        "time__end": UNTIL,
    },
    rng=[1, 2],
    max_steps=10_000,  # the model ends itself at `time.end`
    data_collection_period=-1,
    display_progress=False,
    number_processes=1,
)
runs = pd.DataFrame(rows)
print(runs.groupby("adoption__reviews_per_year")["adoption_automation"].mean())

# %% [markdown]
# `batch_run` holds every run in memory until the last one ends, and an error in one loses all. That
# is where studies come in.
#
# ## 2. A study
#
# Levers are what a policy sets, uncertainties what nobody does. Replicate r has the same seed at
# every point, so differences between points are differences of policy and not of luck.

# %%
STUDY = f"""
[study]
title = {{ zh = "补助率与评估频率", en = "Rate of the grant and how often firms review" }}
question = {{ zh = "补助率提高是否有用?", en = "Does a higher rate help?" }}

[run]
scale = {SCALE}
until = "{UNTIL}"
replicates = 2
parameters = "central"

[scenarios]
names = ["document_2014"]

[levers]
"instruments.equipment_subsidy.rate" = {{ low = 0.05, high = 0.3 }}

[uncertainties]
"adoption.reviews_per_year" = {{ low = 0.5, high = 4.0 }}

[design]
method = "latin_hypercube"
points = 4
joint = true

[outcomes]
names = ["value_added", "adoption_automation", "public_money"]
tier = "detail"
"""

# %%
OUT.mkdir(parents=True, exist_ok=True)
file = OUT / "rates.toml"
file.write_text(STUDY, encoding="utf-8")
study = load_study(file)
begun = (OUT / "batch" / "manifest.json").exists()
summary = run_study(study, OUT / "batch", resume=begun)
print(f"{summary.total} runs, {summary.failed} failed")

# %% [markdown]
# A batch is frames of pandas: `design`, `runs`, and the tables of its tier. `done` joins the runs
# that ended well with the factors of their points.

# %%
batch = Batch.load(OUT / "batch")
print(batch.done.drop(columns=["run", "seed"]).round(3).to_string())
print(batch.table("series").groupby("month")["value_added"].mean())

# %% [markdown]
# The same in SQL, as `lianghua query out/.../batch "SELECT ..."` does on the command line. A name
# with dots stands in quotation marks.

# %%
answer = query.ask(
    batch,
    'SELECT round("instruments.equipment_subsidy.rate", 2) AS rate, avg(value_added) AS mean '
    "FROM runs JOIN design USING (point) GROUP BY rate ORDER BY rate",
    limit=10,
)
print(pd.DataFrame(answer.rows, columns=list(answer.columns)))

# %% [markdown]
# ## 3. The EMA Workbench
#
# `ema_model` gives the study as a model of the workbench, with the same levers, uncertainties and
# outcomes. Names are those of Python: `adoption__reviews_per_year`.

# %%
ema = workbench()
experiments, outcomes = ema.perform_experiments(ema_model(study), scenarios=2, policies=2)
print(experiments.drop(columns=list(OWN)).assign(**outcomes).round(3).to_string())

# %% [markdown]
# What a batch has stored needs no new runs: `to_ema` gives experiments and outcomes as
# `perform_experiments` does, for the workbench's feature scoring, PRIM, CART or figures. Four points
# are far too few for any of them; with hundreds,
# `prim.Prim(experiments.drop(columns=list(OWN)), outcomes["value_added"] > limit).find_box()`.

# %%
experiments, outcomes = to_ema(batch, series=["value_added"])
print(experiments.to_string())
print({name: values.shape for name, values in outcomes.items()})
