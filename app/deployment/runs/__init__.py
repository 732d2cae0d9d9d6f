"""Runs that others logged on an MLflow server, brought into the project to be looked at beside its own versions."""
