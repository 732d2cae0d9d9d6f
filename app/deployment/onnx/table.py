"""Which class is written by which converter."""

from __future__ import annotations

from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.kernel_approximation import Nystroem
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
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
    TargetEncoder,
)
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from app.deployment.onnx import (
    bayes,
    combined,
    curves,
    forests,
    kernels,
    lightgbm,
    linear,
    networks,
    numbers,
    prose,
    splines,
    structure,
    words,
)
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
    KBinsDiscretizer: curves.bins,
    QuantileTransformer: curves.ranks,
    SplineTransformer: splines.splines,
    Nystroem: kernels.nystroem,
    VarianceThreshold: structure.selected,
    HashingVectorizer: prose.counts,
    TfidfTransformer: prose.weights,
    TruncatedSVD: prose.directions,
    OneHotEncoder: words.encoder,
    OrdinalEncoder: words.encoder,
    TargetEncoder: words.encoder,
}
"""Of a fitted preparation and its columns, the prepared ones."""

PREDICTORS: dict[type | str, Predict] = {
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
    BernoulliNB: bayes.bernoulli,
    SVR: kernels.support_regression,
    MLPClassifier: networks.network,
    MLPRegressor: networks.network,
    VotingClassifier: combined.mean,
    VotingRegressor: combined.mean,
    TransformedTargetRegressor: combined.other_target,
    CalibratedClassifierCV: combined.calibrated,
    **dict.fromkeys(lightgbm.CLASSES, lightgbm.boosting),
}
"""Of a fitted estimator and prepared columns, the probabilities of the classes that it knows, or the amounts. Those of
extras stand under their names."""
