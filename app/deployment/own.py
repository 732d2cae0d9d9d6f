"""What Ciclo's own targets say of themselves, in the order in which people see them. Light: the window draws them at
once."""

from __future__ import annotations

from app.deployment.declared import Declared, Setting, SettingKind

BUNDLE = Declared(name="bundle", ending=".ciclo.zip", prepares="bundle")
ONNX = Declared(name="onnx", ending=".onnx", prepares="onnx")
PMML = Declared(name="pmml", ending=".pmml", prepares="pmml")
MLFLOW = Declared(
    name="mlflow",
    address="url",
    prepares="onnx",
    settings=(
        Setting(name="url", kind=SettingKind.URL),
        Setting(name="name"),
        Setting(name="alias", default="champion"),
        Setting(name="experiment", default="ciclo"),
        Setting(name="user"),
        Setting(name="password", kind=SettingKind.SECRET, variable="MLFLOW_TRACKING_PASSWORD"),
        Setting(name="token", kind=SettingKind.SECRET, variable="MLFLOW_TRACKING_TOKEN"),
    ),
)
DVC = Declared(
    name="dvc",
    prepares="bundle",
    address="repository",
    settings=(
        Setting(name="repository", kind=SettingKind.FOLDER),
        Setting(name="remote"),
        Setting(name="git", kind=SettingKind.SWITCH, default="yes"),
    ),
)
SUBMARINE = Declared(
    name="submarine",
    prepares="bundle",
    address="url",
    settings=(
        Setting(name="url", kind=SettingKind.URL),
        Setting(name="s3", kind=SettingKind.URL, required_with="url"),
        Setting(name="bucket", default="submarine"),
        Setting(name="access_key"),
        Setting(name="secret_key", kind=SettingKind.SECRET, variable="AWS_SECRET_ACCESS_KEY"),
        Setting(name="name"),
        Setting(name="experiment", default="ciclo"),
        Setting(
            name="stage",
            kind=SettingKind.CHOICE,
            choices=("None", "Developing", "Production", "Archived"),
            default="Production",
        ),
    ),
)

OWN = (BUNDLE, ONNX, PMML, MLFLOW, DVC, SUBMARINE)
