"""The official indices and the scorecard: pure functions over series and tables."""
