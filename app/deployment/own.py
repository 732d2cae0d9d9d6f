"""What Ciclo's own targets say of themselves, in the order in which people see them. Light: the window draws them at
once."""

from __future__ import annotations

from app.deployment.declared import Declared

BUNDLE = Declared(name="bundle", ending=".ciclo.zip")
ONNX = Declared(name="onnx", ending=".onnx")

OWN = (BUNDLE, ONNX)
