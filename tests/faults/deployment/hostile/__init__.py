"""Bundles from somebody who means harm: what is built, and what became of it."""
