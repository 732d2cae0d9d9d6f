"""Which class is written by which converter; others have none."""

from __future__ import annotations

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
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
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from app.deployment.onnx.lightgbm import CLASSES
from app.deployment.pmml import combined, forests, linear, numbers, structure, words
from app.deployment.pmml.writer import Predict, Transform

TRANSFORMERS: dict[type, Transform] = {
    Pipeline: structure.pipeline,
    ColumnTransformer: structure.columns,
    FeatureUnion: structure.union,
    FunctionTransformer: structure.same,
    SimpleImputer: numbers.imputer,
    MissingIndicator: numbers.missing,
    StandardScaler: numbers.standard,
    MinMaxScaler: numbers.ranged,
    KBinsDiscretizer: numbers.bins,
    SplineTransformer: numbers.splines,
    OneHotEncoder: words.encoder,
    OrdinalEncoder: words.encoder,
    TargetEncoder: words.encoder,
}
"""Of a fitted preparation and its columns, the prepared ones."""

PREDICTORS: dict[type | str, Predict] = {
    DummyClassifier: linear.prior,
    DummyRegressor: linear.mean,
    LogisticRegression: linear.logistic,
    Ridge: linear.amounts,
    ElasticNet: linear.amounts,
    QuantileRegressor: linear.amounts,
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
    BernoulliNB: linear.bernoulli,
    TransformedTargetRegressor: combined.other_target,
    CalibratedClassifierCV: combined.calibrated,
    **dict.fromkeys(CLASSES, forests.lightgbm),
}
"""Of a fitted estimator and prepared columns, what it says. Those of extras stand under their names."""
