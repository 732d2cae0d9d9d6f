"""Builders of models that compare rows, and of networks."""

from __future__ import annotations

from collections.abc import Mapping

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier, VotingRegressor
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from app.learning.estimators.parts import learns_logarithm, of_target, pipeline, regression
from app.learning.estimators.preparation import Shape, normal, scaled
from app.learning.records import Task

Value = str | int | float | bool | None
Params = Mapping[str, Value]

_LEVELS_OF_NEIGHBOURS = 12
"""More one-hot columns make every row equally far from every other, and slow."""
_FEW_ROWS = 4_000


def neighbours(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """The most similar rows decide. City-block distance: scikit-learn computes it pair by pair, the Euclidean one
    through BLAS in blocks whose last bits depend on the batch."""
    kind = KNeighborsRegressor if regression(task) else KNeighborsClassifier
    given = {**params, "n_neighbors": max(1, min(int(params.get("n_neighbors") or 5), shape.rows // 5))}
    prepare = normal if given.pop("scale", "deviation") == "rank" else scaled
    return pipeline(
        prepare(shape, most_levels=_LEVELS_OF_NEIGHBOURS),
        kind(algorithm="brute", metric="manhattan", weights="distance", **given),
    )


def vectors(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Support vectors with a Gaussian kernel; ``gamma`` is multiplied with the usual one."""
    given = {**params, "gamma": float(params.get("gamma") or 1.0) / max(1, shape.width)}
    if regression(task):
        return pipeline(scaled(shape, bounded=learns_logarithm(params)), of_target(SVR, given, standard=True))
    model = CalibratedClassifierCV(SVC(random_state=seed, **given), cv=3, ensemble=False)
    return pipeline(scaled(shape), model)


def kernel(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """A linear model over similarities to a sample of rows (C. Williams & M. Seeger, "Using the Nyström method to
    speed up kernel machines", 2001)."""
    gamma = float(params.get("gamma") or 1.0) / max(1, shape.width)
    parts = max(2, min(int(params.get("parts") or 400), shape.rows // 2))
    similarities = Nystroem(gamma=gamma, n_components=parts, random_state=seed)
    penalty = float(params.get("C") or 1.0)
    last: object = LogisticRegression(C=penalty, max_iter=300)
    if regression(task):
        last = of_target(Ridge, {k: v for k, v in params.items() if k == "target"}, alpha=1 / penalty)
    prepare = Pipeline([("columns", normal(shape)), ("kernel", similarities)])
    return pipeline(prepare, last)


def network(task: Task, shape: Shape, params: Params, seed: int) -> Pipeline:
    """Small neural networks that began at different places, averaged."""
    given = dict(params)
    nets, width = int(given.pop("nets", None) or 4), int(given.pop("width", None) or 64)
    layers = (width,) * int(given.pop("layers", None) or 2)
    prepare = scaled if given.pop("scale", "rank") == "deviation" else normal
    steps = int(given.pop("steps", None) or 2_000)
    batch = max(16, min(128, shape.rows // 8))
    passes = max(4, min(200, round(steps * batch / max(1, shape.rows))))
    fixed = {"hidden_layer_sizes": layers, "batch_size": batch, "max_iter": passes, "n_iter_no_change": passes, **given}
    if regression(task):
        one = [(f"net{n}", _standard(MLPRegressor(random_state=seed + n, **fixed))) for n in range(nets)]
        return pipeline(prepare(shape), VotingRegressor(one))
    many = [(f"net{n}", MLPClassifier(random_state=seed + n, **fixed)) for n in range(nets)]
    return pipeline(prepare(shape), VotingClassifier(many, voting="soft"))


def _standard(model: MLPRegressor) -> TransformedTargetRegressor:
    return TransformedTargetRegressor(model, transformer=StandardScaler())
