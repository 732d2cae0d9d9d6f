"""Ciclo: from a CSV file to an approved, exported, monitored model."""

__version__ = "0.1.0"
