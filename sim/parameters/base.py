"""What a parameter is: a number with unit, labels, source and range, in a strict section."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


def number(
    default: float, unit: str, zh: str, en: str, source: str, low: float, high: float
) -> Any:
    """A parameter with its unit, labels, source and allowed range."""
    return Field(
        default,
        ge=low,
        le=high,
        description=en,
        json_schema_extra={"unit": unit, "zh": zh, "en": en, "source": source},
    )


class Section(BaseModel):
    """A strict, frozen group of parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
