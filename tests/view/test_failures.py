"""A page that fails: a plain sentence and ways back, nothing of the server; the log has the rest."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.view.elsewhere import elsewhere
from tests.view.servers import ROOT, Running
from tests.view.wire import Page

PATIENCE = 60


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("first", "a fault was asked for"),
        ("later", "a fault was asked for"),
        ("key", "Duplicate key"),
    ],
)
def test_no_traceback_is_shown(small_running: Running, fault: str, cause: str) -> None:
    before = len(small_running.said)

    async def attempt() -> str:
        page = Page(small_running.address)
        await page.open(f"?l=en&fail={fault}")
        if fault == "later":
            await page.until(lambda: page.marked("headline"), PATIENCE)
            slider = next(
                k for k, one in page.models.items() if one.get("_model_name") == "SliderModel"
            )
            change = {"method": "update", "state": {"v_model": 5}, "buffer_paths": []}
            await page.tell(slider, change)

        def failed() -> bool:
            said = json.dumps(page.models)
            return "lianghua-error" in said or "Traceback" in said

        await page.until(failed, PATIENCE)
        await asyncio.sleep(0.2)
        said = json.dumps(page.models, ensure_ascii=False)
        await page.close()
        return said

    said = elsewhere(attempt())
    assert "Traceback" not in said
    assert str(ROOT) not in said
    assert cause not in said
    assert "The page could not be shown because of an error." in said
    assert "页面出错，未能显示。" in said
    assert 'href=\\"/?l=en\\"' in said
    assert cause in small_running.said[before:]
