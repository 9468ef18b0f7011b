"""A city has one set of names, whoever asks for it."""

from __future__ import annotations

import pytest

from calibration.series import region_label, regions
from sim.world.data import city_rows, load_data


@pytest.mark.parametrize("given", ["Ningbo", "ningbo", "宁波", "宁波市", "330200"])
def test_a_city_by_any_of_its_names(given: str) -> None:
    cities = load_data().cities
    assert cities["name_en"][city_rows(cities)[given]] == "Ningbo"
    assert regions()[given] == "Ningbo"


def test_a_region_is_labelled_by_its_short_chinese_name() -> None:
    assert (region_label("Ningbo", "zh"), region_label("Zhejiang", "zh")) == ("宁波", "浙江")
