"""A picture of every page: light and dark, English and Spanish, small and large window, without a screen and, where
Xvfb is installed, on an X server. The project shown is the demo's, or the one given with ``--project``.

    python packaging/screenshots.py [--project FOLDER] [--out screenshots] [--fast]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
if TYPE_CHECKING:
    from app.ui.application import Application

SIZES = ((1280, 800), (2560, 1440))
LANGUAGES = ("en", "es")
MODES = ("light", "dark")
TABS = ("datasets", "training", "verification", "deployment", "results")
_DISPLAY = ":97"


def main() -> int:
    """Make the pictures; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", default="", help="a project folder; default: made by the demo")
    parser.add_argument("--out", default="screenshots")
    parser.add_argument("--fast", action="store_true", help="the small window without a screen only")
    parser.add_argument("--render", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    out = Path(options.out).resolve()
    if options.render:
        render(Path(options.project), out / options.render, SIZES[:1] if options.fast else SIZES)
        return 0
    with tempfile.TemporaryDirectory(prefix="ciclo-screenshots-") as scratch:
        project = options.project or demo_project(Path(scratch))
        for platform in platforms(fast=options.fast):
            render_on(platform, project, out, fast=options.fast, home=scratch)
    print(f"{len(list(out.rglob('*.png')))} pictures in {out}")
    return 0


def demo_project(scratch: Path) -> str:
    """The project of ``ciclo demo``."""
    command = [sys.executable, "-m", "app", "demo", "--json", "--out", str(scratch / "demo")]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "CICLO_LANG": "en"}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return str(json.loads(done.stdout)["project"])


def platforms(*, fast: bool) -> list[str]:
    """Where pictures can be made here."""
    return ["offscreen"] if fast or not shutil.which("Xvfb") else ["offscreen", "xcb"]


def render_on(platform: str, project: str, out: Path, *, fast: bool, home: str) -> None:
    """Make the pictures of one platform in a process of its own."""
    command = [sys.executable, __file__, "--render", platform, "--project", project, "--out", str(out)]
    environment = {**os.environ, "QT_QPA_PLATFORM": platform, "CICLO_HOME": f"{home}/{platform}"}
    server = None
    if platform == "xcb":
        screen = f"{SIZES[-1][0]}x{SIZES[-1][1]}x24"
        server = subprocess.Popen(
            ["Xvfb", _DISPLAY, "-screen", "0", screen, "-nolisten", "tcp"], stderr=subprocess.DEVNULL
        )
        environment["DISPLAY"] = _DISPLAY
    try:
        subprocess.run([*command, "--fast"] if fast else command, cwd=ROOT, env=environment, check=True)
    finally:
        if server is not None:
            server.terminate()
            server.wait()


def render(project: Path, out: Path, sizes: tuple[tuple[int, int], ...]) -> None:
    """Walk through the real window and save what it shows."""
    from PySide6.QtTest import QTest

    from app.ui.application import Application, make_application

    qt = make_application("ciclo")
    application = Application(qt)
    application.start()
    while application.workspace is None:
        QTest.qWait(50)
    QTest.qWait(1500)
    out.mkdir(parents=True, exist_ok=True)
    session, camera = application.session, Camera(application, out, sizes)
    for language in LANGUAGES:
        session.close_project()
        session.set_language(language)
        QTest.qWait(300)
        camera.shoot("welcome", language)
        session.open_project(str(project))
        while session.project is None:
            QTest.qWait(50)
        for tab in TABS:
            application.workspace.show_tab(tab)
            QTest.qWait(4000)  # previews and tables come from other processes
            camera.shoot(tab, language)
        camera.shoot_data(language)
    application.close()


class Camera:
    """Takes pictures of the window in every size and mode."""

    def __init__(self, application: Application, out: Path, sizes: tuple[tuple[int, int], ...]) -> None:
        self._application, self._out, self._sizes = application, out, sizes

    def shoot(self, page: str, language: str) -> None:
        """What the window shows now."""
        from PySide6.QtTest import QTest

        window = self._application.window
        for size in self._sizes:
            window.resize(*size)
            for mode in MODES:
                self._application.session.set_mode(mode)
                QTest.qWait(150)
                window.grab().save(str(self._out / f"{page}-{language}-{mode}-{size[0]}x{size[1]}.png"))

    def shoot_data(self, language: str) -> None:
        """The pages inside the Datasets tab: an import, the versions, two of them compared, the bin."""
        from PySide6.QtTest import QTest

        from app.data.records import DATASET
        from app.resources import resource
        from app.ui.datasets.page import Page

        self._application.workspace.show_tab("datasets")
        page = self._application.window.findChild(Page)
        records = self._application.session.records(DATASET)
        page.begin_import(str(resource("samples", "telco_churn.csv")))
        QTest.qWait(4000)
        self.shoot("import", language)
        page.show_datasets()
        page.show_versions(records[-1].id)
        QTest.qWait(1000)
        self.shoot("versions", language)
        page.show_comparison(records[0].id, records[-1].id)
        QTest.qWait(4000)
        self.shoot("compare", language)
        page.show_bin()
        QTest.qWait(500)
        self.shoot("bin", language)
        page.show_datasets()


if __name__ == "__main__":
    sys.exit(main())
