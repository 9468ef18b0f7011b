"""ECharts in a page: options as JSON strings, merged patches, a map by name, clicks.

Arguments are strings because the renderer walks every dictionary and list on every render.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ipyvuetify
import solara
import traitlets

TEMPLATE = """
<template>
  <div ref="chart" class="lianghua-chart" role="img" tabindex="0" :aria-label="label"
       :data-name="name" :style="{height: height, width: '100%'}"></div>
</template>
<script>
module.exports = {
  async mounted() {
    const cdn = (window.solara && window.solara.cdn) || '/_solara/cdn';
    const echarts = await new Promise((found, failed) =>
      requirejs([cdn + '/echarts@5.4.0/dist/echarts.min.js'], found, failed));
    if (this.map_address && !echarts.getMap(this.map_address)) {
      const answer = await fetch(this.map_address);
      echarts.registerMap(this.map_address, await answer.json());
    }
    // A canvas draws with what is loaded when it draws: Chinese needs the page's own font first.
    const family = getComputedStyle(this.$refs.chart || document.body).fontFamily;
    try { await document.fonts.load('12px ' + family, '浙江省'); } catch (none) {}
    if (!this.$refs.chart) return;  // gone while the library was loading
    this.family = family;
    this.chart = echarts.init(this.$refs.chart, null, {renderer: 'canvas'});
    this.chart.setOption(this.dressed(this.option));
    if (this.patch) this.chart.setOption(JSON.parse(this.patch));
    this.chart.on('click', e => this.clicked(
      {name: e.name || '', series: e.seriesName || '', index: e.dataIndex, id: (e.data && e.data.id) || ''}));
    this.observer = new ResizeObserver(() => this.chart && this.chart.resize());
    this.observer.observe(this.$refs.chart);
    this.$refs.chart.__chart = this.chart;
    this.$refs.chart.dataset.ready = '1';
  },
  beforeDestroy() {
    if (this.observer) this.observer.disconnect();
    if (this.chart) { this.chart.dispose(); this.chart = null; }
  },
  methods: {
    dressed(text) {
      const option = JSON.parse(text);
      option.textStyle = {...option.textStyle, fontFamily: this.family};
      // The labels of axes are drawn with that font, but measured without it unless told.
      for (const axis of [option.xAxis, option.yAxis].flat().filter(Boolean))
        axis.axisLabel = {...axis.axisLabel, fontFamily: this.family};
      return option;
    },
  },
  watch: {
    option(o) {
      if (!this.chart) return;
      this.chart.setOption(this.dressed(o), true);
      if (this.patch) this.chart.setOption(JSON.parse(this.patch));
    },
    patch(p) { if (this.chart && p) this.chart.setOption(JSON.parse(p)); },
  },
}
</script>
"""


class ChartWidget(ipyvuetify.VuetifyTemplate):
    """The widget; `chart` is reached by tests as `element.__chart`."""

    template = traitlets.Unicode(TEMPLATE).tag(sync=True)
    option = traitlets.Unicode("{}").tag(sync=True)
    patch = traitlets.Unicode("").tag(sync=True)
    map_address = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Unicode("360px").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    name = traitlets.Unicode("").tag(sync=True)
    on_click = traitlets.Any(None, allow_none=True)

    def vue_clicked(self, data: dict[str, Any]) -> None:
        """A mark of the chart was clicked."""
        if self.on_click:
            self.on_click(data)


def packed(option: dict[str, Any]) -> str:
    """An option as the widget takes it; what is not a number becomes null."""
    try:
        # Most options are plain already: walking them all was a third of a picture's cost.
        return json.dumps(option, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        return json.dumps(_finite(option), ensure_ascii=False, separators=(",", ":"))


def _finite(value: Any) -> Any:
    """Plain values, with null for nan and infinity, which JSON has not."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if hasattr(value, "tolist"):
        return _finite(value.tolist())
    if isinstance(value, float):
        return round(value, 6) if value - value == 0 else None
    return value


@solara.component
def Chart(
    option: str,
    label: str,
    name: str,
    patch: str = "",
    height: str = "360px",
    map_address: str = "",
    on_click: Callable[[dict[str, Any]], None] | None = None,
) -> None:
    """A chart; `label` says its headline to who cannot see it, `name` finds it in tests.

    `patch` is merged into `option` without sending that again (the month's cursor, more runs).
    """
    ChartWidget.element(
        option=option, patch=patch, map_address=map_address, height=height, label=label,
        name=name, on_click=on_click,
    )  # fmt: skip
