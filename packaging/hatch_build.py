"""Build hook: the wheel carries compiled catalogues."""

from __future__ import annotations

import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).resolve().parent))


class CatalogueHook(BuildHookInterface):
    """Compiles the translations before the files are collected."""

    def initialize(self, version: str, build_data: dict) -> None:
        from translations import compile_catalogues

        compile_catalogues()
        build_data["artifacts"].append("resources/translations/**/*.mo")
