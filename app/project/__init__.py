"""The project folder on disk: immutable records, objects named by their hash, durable writes, a throw-away index."""

from app.project.check import Damage, Inspection, check, glance
from app.project.record import Draft, Object, Record, StagedFile, draft, encode
from app.project.store import Project

__all__ = [
    "Damage",
    "Draft",
    "Inspection",
    "Object",
    "Project",
    "Record",
    "StagedFile",
    "check",
    "draft",
    "encode",
    "glance",
]
