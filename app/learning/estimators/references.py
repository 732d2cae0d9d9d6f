"""What a model is compared with beside the baseline: never built from parameters."""

from __future__ import annotations

from app.learning.estimators import cost
from app.learning.estimators.kind import EstimatorKind
from app.learning.estimators.linear import baseline
from app.learning.records import CHAMPION_ID, Task

RULE = EstimatorKind(
    id="baseline_rule",
    tasks=frozenset({Task.BINARY, Task.REGRESSION}),
    build=baseline,
    complexity=1,
    cost=cost.nothing,
    reference=True,
)
"""The rule that is used today: what it says of each row was worked out before the search."""

CHAMPION = EstimatorKind(
    id=CHAMPION_ID,
    tasks=frozenset(Task),
    build=baseline,
    complexity=4,
    cost=cost.nothing,
    reference=True,
)
"""The approved version, fitted again on the same folds: the mean of candidates that are tried anyway."""

REFERENCES = {kind.id: kind for kind in (RULE, CHAMPION)}
