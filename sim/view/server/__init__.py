"""The room's server: who is let in, what a browser may send, how much, and for how long.

It stands whatever the page shows: nothing here knows a panel, a plan or a workshop's moves.
"""
