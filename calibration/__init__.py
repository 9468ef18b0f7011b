"""How the model is held against what was observed: targets, priors, evaluation of points."""
