"""How the model is held against what was observed: forecasts, baselines, scores."""
