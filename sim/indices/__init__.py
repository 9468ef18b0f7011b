"""The two official indices and the scorecard: pure functions of series, by region and month.

`two_integration` and `informatization` turn items into classes and a total, `ranking` gives the
national rank with its distribution, `yearly` the table that a year's edition publishes; `targets`
and `scorecard` say what the programme asked for and whether a run gives it.
"""
