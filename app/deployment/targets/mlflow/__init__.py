"""MLflow: a model folder that its own tools load, or a registered version on its server. It isn't imported."""
