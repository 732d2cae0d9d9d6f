"""Trees of scikit-learn, alone or averaged, and boosted ones, of LightGBM too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.base import BaseEstimator, is_classifier

from app.deployment.onnx import lightgbm as grown
from app.deployment.onnx.forests import boosted_trees, codes, plain_tree
from app.deployment.onnx.tree import Tree
from app.deployment.pmml.linear import scores
from app.deployment.pmml.markup import Expression, apply, number, where_known
from app.deployment.pmml.trees import Field, tree_model, trees_model
from app.deployment.pmml.words import recoded
from app.deployment.pmml.writer import Answer, Column, Floats, Link, Sum, Writer, no_converter
from app.errors import CicloError


def tree(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """One tree."""
    return _averaged(writer, [plain_tree(fitted)], columns, probabilities=is_classifier(fitted))


def forest(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """The mean of trees."""
    trees = [plain_tree(one) for one in fitted.estimators_]
    return _averaged(writer, trees, columns, probabilities=is_classifier(fitted))


def _averaged(writer: Writer, trees: Sequence[Tree], columns: Sequence[Column], *, probabilities: bool) -> Answer:
    """Summed up and then divided, as scikit-learn does: other last bits would jump where probabilities are calibrated
    by steps."""
    doubled = [replace(one, threshold=in_double(one.threshold)) for one in trees]
    width = trees[0].value.shape[1]
    places = [1] if probabilities and width == 2 else range(width)
    means = []
    for place in places:
        total = _sum_of_trees(writer, doubled, columns, place=place)
        means.append(apply("/", total, number(float(len(trees)))) if len(trees) > 1 else total)
    link = Link.SHARES if probabilities else Link.AMOUNT
    return Answer(link=link, sums=tuple(Sum(constant=0.0, terms=((own, 1.0),)) for own in means))


def in_double(thresholds: Floats) -> Floats:
    """Thresholds for numbers that these trees see in single precision: the largest double that, rounded to single,
    isn't above the threshold. So no program has to round, and those that can't are right too."""
    with np.errstate(over="ignore"):
        below = thresholds.astype(np.float32)
        below = np.where(below.astype(np.float64) > thresholds, np.nextafter(below, np.float32(-np.inf)), below)
        above = np.nextafter(below, np.float32(np.inf)).astype(np.float64)
        middle = below.astype(np.float64) / 2 + above / 2
        stays = middle.astype(np.float32) <= below
        found: Floats = np.where(stays, middle, np.nextafter(middle, -np.inf))
    return np.where(np.isfinite(found), found, thresholds)


def boosting(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Trees added up, from the mean on: amounts, or the scores of probabilities."""
    seen = _boosting_columns(fitted, columns)
    begin = np.ravel(fitted._baseline_prediction).astype(np.float64)
    totals = [_sum_of_trees(writer, own, seen) for own in boosted_trees(fitted)]
    sums = tuple(Sum(constant=float(b), terms=((total, 1.0),)) for b, total in zip(begin, totals, strict=True))
    return scores(sums) if is_classifier(fitted) else Answer(link=Link.AMOUNT, sums=sums)


def _boosting_columns(fitted: BaseEstimator, columns: Sequence[Column]) -> list[Column]:
    """Categories first, renumbered as boosting knows them, then the others."""
    if fitted._preprocessor is None:
        return list(columns)
    flags = np.asarray(fitted.is_categorical_, dtype=bool)
    tables = codes(fitted._preprocessor.named_transformers_["encoder"])
    first = [recoded(columns[place], own) for place, own in zip(np.flatnonzero(flags).tolist(), tables, strict=True)]
    return [*first, *(columns[place] for place in np.flatnonzero(~flags).tolist())]


def lightgbm(writer: Writer, fitted: BaseEstimator, columns: Sequence[Column]) -> Answer:
    """Trees of LightGBM added up."""
    try:
        classes, targets = grown.objective_of(fitted)
        trees = grown.grown_trees(fitted)
    except CicloError as error:
        raise no_converter(str(error.params["kind"])) from error
    seen = [_without_specks(writer, column) for column in columns]
    totals = [_sum_of_trees(writer, trees[place::targets], seen) for place in range(targets)]
    sums = tuple(Sum(constant=0.0, terms=((total, 1.0),)) for total in totals)
    return scores(sums) if classes else Answer(link=Link.AMOUNT, sums=sums)


def _without_specks(writer: Writer, column: Column) -> Column:
    value = writer.named(column.name, column.expression)
    speck = apply("lessOrEqual", apply("abs", value), number(grown.SPECK))
    return Column(name=f"{column.name}|seen", expression=where_known(value, apply("if", speck, number(0.0), value)))


def _sum_of_trees(writer: Writer, trees: Sequence[Tree], columns: Sequence[Column], *, place: int = 0) -> Expression:
    """A segment of trees, which adds up one of the values of their leaves."""
    used = sorted({int(column) for tree in trees for column in tree.feature[tree.inner]})
    special = {int(tree.feature[node]) for tree in trees for node in tree.members}
    fields = {place: _field(writer, columns[place], categories=place in special) for place in used}
    if len(trees) == 1:
        return writer.segment("tree", lambda output: tree_model(trees[0], fields, place, output))
    return writer.segment("trees", lambda output: trees_model(trees, fields, place, output))


def _field(writer: Writer, column: Column, *, categories: bool) -> Field:
    name = writer.field(column.name, column.expression, data_type="integer" if categories else "double")
    if not categories:
        return Field(name=name)
    if column.table is None:
        raise no_converter("codes")
    told = column.table.told
    return Field(name=name, codes=np.unique(told[np.isfinite(told)]))
