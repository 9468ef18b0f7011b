"""The two official indices: pure functions of the items' values, by region and month.

`two_integration` and `informatization` turn items into classes and a total, `ranking` gives the
national rank with its distribution, `yearly` the table that a year's edition publishes.
"""
