"""The open data sets of the shared folder as tables of text, with the column that is to be predicted and what is known
to leak in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.bench.figures import ROOT

OPEN = ROOT.parent / "shared" / "data" / "open"


@dataclass(frozen=True, kw_only=True)
class OpenSet:
    """A file, its target, and the columns that are documented (or by their meaning certain) to hold the answer."""

    name: str
    folder: str
    file: str
    target: str
    amounts: bool = False
    decimal: str = "."
    leaks: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """Of the file."""
        return OPEN / self.folder / self.file


SETS = (
    OpenSet(name="adult", folder="adult_census", file="adult-train.csv", target="c15"),
    OpenSet(name="ames", folder="ames_house_prices", file="house.csv", target="SalePrice", amounts=True),
    OpenSet(name="bank", folder="bank_marketing", file="bank-marketing.csv", target="y", leaks=("duration",)),
    OpenSet(name="car", folder="bench_small", file="car.data", target="c7"),
    OpenSet(name="phoneme", folder="bench_small", file="phoneme.csv", target="c6"),
    OpenSet(name="abalone", folder="bench_small", file="abalone.csv", target="c9", amounts=True),
    OpenSet(name="blood", folder="bench_small", file="blood.csv", target="Class"),
    OpenSet(name="diabetes", folder="bench_small", file="diabetes.csv", target="Class variable"),
    OpenSet(name="wine", folder="bench_small", file="winequality-white.csv", target="quality"),
    OpenSet(
        name="california", folder="california_housing_raw", file="housing.csv", target="median_house_value",
        amounts=True,
    ),
    OpenSet(name="elec", folder="elec2_drift", file="elec.csv", target="class"),
    OpenSet(name="german", folder="german_credit", file="german.csv", target="c21"),
    OpenSet(
        name="superstore", folder="global_superstore_tsv", file="global_super_store_orders.tsv", target="Profit",
        amounts=True, decimal=",",
    ),
    OpenSet(name="hr", folder="hr_attrition", file="HR-Employee-Attrition.csv", target="Attrition"),
    OpenSet(name="madrid", folder="madrid_accidents_2020", file="2020_Accidentalidad.csv", target="LESIVIDAD*"),
    OpenSet(
        name="market", folder="market_prices_es", file="201908_volpre.csv", target="Precio Más Frecuente", amounts=True,
        decimal=",", leaks=("Precio Máximo", "Precio Mínimo"),
    ),
    OpenSet(name="campaign", folder="marketing_campaign_tab", file="marketing_campaign.csv", target="Response"),
    OpenSet(
        name="motor", folder="motor_insurance_ohlsson", file="dataOhlsson.csv", target="antskad", leaks=("skadkost",)
    ),
    OpenSet(
        name="claims", folder="motor_insurance_ohlsson", file="dataOhlsson.csv", target="skadkost", amounts=True,
        leaks=("antskad",),
    ),
    OpenSet(name="retail", folder="online_retail_fr_de", file="france.csv", target="Quantity", amounts=True),
    OpenSet(name="shoppers", folder="online_shoppers", file="online_shoppers_intention.csv", target="Revenue"),
    OpenSet(name="student", folder="student_dropout", file="dropout_data.csv", target="Target"),
    OpenSet(name="telco", folder="telco_churn", file="Telco-Customer-Churn.csv", target="Churn"),
)  # fmt: skip
"""Every set of the folder; where one has two targets, both. ``duration`` of bank and the two prices of market are named
in their notes, number and cost of claims are two readings of one event."""


def load(one: OpenSet, rows: int) -> pd.DataFrame:
    """A set as text, in its own order; of a longer one so many rows, the same every time."""
    meta = json.loads((OPEN / one.folder / "meta.json").read_text(encoding="utf-8"))
    about = next(file for file in meta["files"] if file["file"] == one.file)
    delimiter = {"TAB": "\t"}.get(about["delimiter"], about["delimiter"])
    frame = pd.read_csv(
        one.path,
        sep=delimiter,
        encoding=about["encoding"],
        header=0 if about["header"] else None,
        dtype=str,
        keep_default_na=False,
        skipinitialspace=True,
    )
    frame.columns = (
        frame.columns.str.strip() if about["header"] else pd.Index([f"c{n + 1}" for n in range(frame.shape[1])])
    )
    frame = frame.loc[frame[one.target].str.strip() != ""].reset_index(drop=True)
    if len(frame) > rows:
        kept = np.sort(np.random.default_rng(5).choice(len(frame), rows, replace=False))
        frame = frame.iloc[kept].reset_index(drop=True)
    return frame


def amounts_of(one: OpenSet, frame: pd.DataFrame) -> NDArray[np.float64]:
    """The target as numbers."""
    words = frame[one.target].str.strip().str.replace(one.decimal, ".", regex=False)
    return words.astype(float).to_numpy()


def written(values: NDArray[np.float64], one: OpenSet, digits: int) -> list[str]:
    """Numbers as the file writes them; empty where there is none."""
    return ["" if np.isnan(v) else f"{v:.{digits}f}".replace(".", one.decimal) for v in values.tolist()]
