"""Analyses of a study's tables: pure functions on frames, which know nothing of the model.

sensitivity: Morris and Sobol; scoring: importance of factors in any design; prim and cart: in which
futures a programme fails; summary and contrasts: levels, bands and paired differences.
"""
