"""Stories: what one firm or one city lived through in a run, in words, tables and a page."""

from __future__ import annotations

from sim.story.city import CityStory, city_story
from sim.story.examples import Example, firm_examples
from sim.story.firm import FirmStory, firm_story

__all__ = ["CityStory", "Example", "FirmStory", "city_story", "firm_examples", "firm_story"]
