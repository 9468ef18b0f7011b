"""Commands on the runs of a study: batch, merge."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.options import Language, Quiet, Settings, Workers
from sim.cli.work import say_cost, say_scale

if TYPE_CHECKING:
    from experiments.folder import Share
    from experiments.merge import Merged
    from experiments.runner import Summary
    from experiments.study import Study

WORDS = {
    "zh": {
        "go": "开始?", "complete": "{out}:全部{total:,}次运行均已完成,无需再做",
        "made": "{total:,}次运行中已有{ready:,}次:本次完成{done:,}次,失败{failed:,}次,"
        "用时{seconds:,.0f}秒(每小时{pace:,.0f}次)",
        "known": "此前已有{known:,}次(其中失败{before:,}次)", "copied": "{copied:,}次与其他设计点相同",
        "deaths": "工作进程中途终止{deaths}次,其运行已重做", "failure": "失败:{reason}",
        "broken": "已损坏,另存为{path},其运行已重做", "stopped": "已中断:{ready:,}/{total:,}次运行,"
        "--resume可继续",
        "merged": "{out}:{total:,}次运行中有{runs:,}次(其中失败{failed:,}次,重复{repeated:,}次)",
        "missing": "缺少{count:,}次:{few}", "unreadable": "无法读取:{path}",
        "place": "设计点{point}重复{replicate}",
    },
    "en": {
        "go": "Go on?", "complete": "{out}: all {total:,} runs are made, nothing to do",
        "made": "{ready:,} of {total:,} runs: {done:,} done now, {failed:,} failed, in "
        "{seconds:,.0f} s ({pace:,.0f} runs an hour)",
        "known": "{known:,} were there before ({before:,} of them failed)",
        "copied": "{copied:,} are the same as at another point",
        "deaths": "workers died {deaths} times, and their runs were made again",
        "failure": "failed: {reason}", "broken": "broken, set aside as {path}, its runs made again",
        "stopped": "stopped: {ready:,} of {total:,} runs are stored, --resume goes on",
        "merged": "{out}: {runs:,} of {total:,} runs ({failed:,} failed, {repeated:,} met twice)",
        "missing": "{count:,} missing: {few}", "unreadable": "cannot be read: {path}",
        "place": "point {point} replicate {replicate}",
    },
}  # fmt: skip


def batch_command(
    study: Annotated[str, typer.Argument(help="name or TOML file of a study")],
    out: Annotated[Path, typer.Option("--out", help="folder for the runs")],
    workers: Workers = None,
    threads: Annotated[
        bool, typer.Option("--threads", help="threads instead of processes as workers")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", help="Dask: tcp://HOST:PORT of a scheduler, or local"),
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", help="i/N: only this part of the runs, for array jobs")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="go on with the batch begun in --out")
    ] = False,
    timeout: Annotated[
        float | None, typer.Option("--timeout", help="seconds after which a run has failed")
    ] = None,
    retries: Annotated[
        int, typer.Option("--retries", help="times a run is tried again when its worker died")
    ] = 1,
    settings: Settings = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="do not ask before it begins, however long it takes")
    ] = False,
    lang: Language = "en",
    quiet: Quiet = False,
) -> None:
    """Make all runs of a study; what is made is stored at once, and --resume makes the rest."""
    from experiments.folder import Share
    from experiments.runner import check_limits, check_out, rows_of, run_study
    from experiments.study import load_study
    from sim.comparison import check_counts
    from sim.terminal import Bar

    share = Share.read(shard) if shard is not None else Share()
    chosen = load_study(study, settings or [], yes)
    count = check_counts("batch", chosen.replicates, chosen.seed, workers)
    check_limits(timeout, retries)
    check_out(chosen, out, resume, share)
    if not quiet:
        _tell_cost(chosen, share, count, lang, yes)
    last = (0, len(rows_of(chosen, share)))
    with Bar("runs", quiet) as bar:

        def report(ready: int, total: int, failed: int) -> None:
            nonlocal last
            last = ready, total
            bar.update(ready, max(total, 1), f"{failed} failed" if failed else "")

        try:
            summary = run_study(
                chosen, out, workers=count, threads=threads, cluster=cluster, share=share,
                resume=resume, timeout=timeout, retries=retries, progress=report,
            )  # fmt: skip
        except (KeyboardInterrupt, SystemExit):
            said = WORDS[lang]["stopped"].format(ready=last[0], total=last[1])
            print(f"lianghua: {said}", file=sys.stderr)
            raise
    show_summary(summary, out, lang)
    if summary.done == 0 < summary.failed:
        raise RuntimeError(f"every run failed: {summary.reasons[0]}")


def merge_command(
    folders: Annotated[list[Path], typer.Argument(help="batch folders of one study")],
    out: Annotated[Path, typer.Option("--out", help="a new folder for all their runs")],
    lang: Language = "en",
) -> None:
    """Put batches of one study made on several machines together, and say which runs are missing."""
    from experiments.merge import merge

    show_merged(merge(folders, out), out, lang)


def show_summary(summary: Summary, out: Path, lang: str) -> None:
    """What came of a batch, on stdout."""
    words = WORDS[lang]
    if summary.made + summary.copied == 0:
        print(words["complete"].format(out=out, total=summary.total))
    else:
        print(
            words["made"].format(
                total=summary.total, ready=summary.ready, done=summary.done,
                failed=summary.failed, seconds=summary.seconds, pace=summary.runs_an_hour,
            )
        )  # fmt: skip
    if (summary.made and summary.known) or summary.failed_before:
        print(words["known"].format(known=summary.known, before=summary.failed_before))
    if summary.copied:
        print(words["copied"].format(copied=summary.copied))
    if summary.deaths:
        print(words["deaths"].format(deaths=summary.deaths))
    for reason in summary.reasons:
        print(words["failure"].format(reason=reason))
    for path in summary.broken:
        print(words["broken"].format(path=path))
    print(out)


def show_merged(merged: Merged, out: Path, lang: str) -> None:
    """What a merged folder has and has not, on stdout."""
    words = WORDS[lang]
    print(
        words["merged"].format(
            out=out, total=merged.total, runs=merged.runs, failed=merged.failed,
            repeated=merged.repeated,
        )
    )  # fmt: skip
    if merged.missing:
        few = ", ".join(
            words["place"].format(point=point, replicate=replicate)
            for point, replicate in merged.missing[:5]
        )
        more = " ..." if len(merged.missing) > 5 else ""
        print(words["missing"].format(count=len(merged.missing), few=few + more))
    for path in merged.broken:
        print(words["unreadable"].format(path=path))


def _tell_cost(study: Study, share: Share, workers: int, lang: str, yes: bool) -> None:
    """What the share of the study will cost, on stderr; where somebody can answer, ask to go on."""
    from experiments.estimate import estimate
    from experiments.runner import rows_of

    runs = len(rows_of(study, share))
    say_scale(study.scale, lang, quiet=False)
    say_cost(estimate(study, workers, runs=runs), lang)
    if not yes and sys.stdin.isatty() and not typer.confirm(WORDS[lang]["go"], err=True):
        raise typer.Abort
