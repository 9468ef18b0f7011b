"""Stories: what one firm or one city lived through in a run, in words, tables and a page."""

from __future__ import annotations

from sim.story.city import CityStory, city_story, tell_cities
from sim.story.examples import Example, Notes, firm_examples
from sim.story.firm import FirmStory, firm_story, tell_firm

__all__ = [
    "CityStory", "Example", "FirmStory", "Notes", "city_story", "firm_examples", "firm_story",
    "tell_cities", "tell_firm",
]  # fmt: skip
