"""Which class is written by which converter."""

from __future__ import annotations

from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import (
    ElasticNet,
    GammaRegressor,
    LogisticRegression,
    PoissonRegressor,
    QuantileRegressor,
    Ridge,
    TweedieRegressor,
)
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from app.deployment.onnx import forests, linear, numbers, structure, words
from app.deployment.onnx.writer import Predict, Transform

TRANSFORMERS: dict[type, Transform] = {
    Pipeline: structure.pipeline,
    ColumnTransformer: structure.columns,
    FeatureUnion: structure.union,
    FunctionTransformer: structure.same,
    SimpleImputer: numbers.imputer,
    MissingIndicator: numbers.missing,
    StandardScaler: numbers.standard,
    MinMaxScaler: numbers.ranged,
    OneHotEncoder: words.encoder,
    OrdinalEncoder: words.encoder,
    TargetEncoder: words.encoder,
}
"""Of a fitted preparation and its columns, the prepared ones."""

PREDICTORS: dict[type, Predict] = {
    DummyClassifier: linear.prior,
    DummyRegressor: linear.mean,
    LogisticRegression: linear.logistic,
    Ridge: linear.sum_of_effects,
    ElasticNet: linear.sum_of_effects,
    QuantileRegressor: linear.sum_of_effects,
    PoissonRegressor: linear.exponential,
    GammaRegressor: linear.exponential,
    TweedieRegressor: linear.exponential,
    DecisionTreeClassifier: forests.tree,
    DecisionTreeRegressor: forests.tree,
    RandomForestClassifier: forests.forest,
    RandomForestRegressor: forests.forest,
    ExtraTreesClassifier: forests.forest,
    ExtraTreesRegressor: forests.forest,
    HistGradientBoostingClassifier: forests.boosting,
    HistGradientBoostingRegressor: forests.boosting,
}
"""Of a fitted estimator and prepared columns, the probabilities of the classes that it knows, or the amounts."""
