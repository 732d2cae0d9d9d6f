"""Make a checkout ready to run: system libraries, a private uv, the locked environment, compiled translations.

Needs nothing but Python with pip. Everything goes into ``.tools`` and ``.venv`` of the checkout; only the libraries
that Qt itself needs come from the system's package manager, and only where they are missing. A second run finds the
stamp of the first and returns at once. Kept to the syntax of old Pythons up to the point where a new one is found.
"""

from __future__ import annotations

import argparse
import ast
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from subprocess import DEVNULL

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PROGRAM = BIN / ("ciclo.exe" if os.name == "nt" else "ciclo")
STAMP = VENV / "ciclo-setup"
UV_LOCK = ROOT / "requirements-uv.lock"
LOCK = ROOT / "requirements-dev.lock"

OLDEST = (3, 11)
NEWEST = (3, 14)  # the newest that the locked packages have wheels for

# What to ask the dynamic linker for, and the Debian package that has it.
ANY_QT = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
X_WINDOW = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-glx.so.0": "libxcb-glx0",
}
WAYLAND_WINDOW = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}

# What else a purpose calls by name.
TOOLS_OF = {"package": {"objdump": "binutils"}, "screenshots": {"Xvfb": "xvfb"}}

# Databases that tests are made against, where this may be installed without asking anybody: as root, in a container.
SERVERS = {
    "usr/lib/postgresql/*/bin/postgres": "postgresql",
    "usr/sbin/mariadbd": "mariadb-server-core",
    "usr/bin/my_print_defaults": "mariadb-client-core",  # mariadb-install-db calls it
}


class SetupError(Exception):
    """A sentence for the person at the terminal."""


# A Python that is new enough


def is_usable(version: tuple[int, int]) -> bool:
    """Whether the locked packages install on this Python."""
    return OLDEST <= version <= NEWEST


def use_a_new_enough_python() -> None:
    """Go on with this Python, or start again with a newer one of this machine."""
    if is_usable(sys.version_info[:2]):
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        found = shutil.which("python3.%d" % minor)  # noqa: UP031 - runs on old Pythons too
        # A name on the path may be a shim that starts nothing, so it is asked for pip before it is trusted.
        if found and succeeds([found, "-m", "pip", "--version"]):
            raise SystemExit(subprocess.call([found, *sys.argv]))
    wanted = ".".join(map(str, OLDEST)), ".".join(map(str, NEWEST))
    raise SetupError(
        "Ciclo needs Python %s to %s with pip; this is %s, and no other was found on the PATH."  # noqa: UP031
        % (*wanted, sys.version.split()[0])
    )


# The libraries that Qt needs


def missing_packages(purpose: str) -> list[str]:
    """The Debian packages of what the dynamic linker doesn't find."""
    missing = [package for name, package in wanted_libraries(purpose).items() if not has_library(name)]
    if purpose == "package" and sys.executable.startswith("/usr/bin/python3") and not has_library(shared_python()):
        missing.append("libpython%d.%d" % sys.version_info[:2])  # noqa: UP031 - runs on old Pythons too
    missing += [package for tool, package in TOOLS_OF.get(purpose, {}).items() if not shutil.which(tool)]
    return missing


def has_library(name: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def shared_python() -> str:
    """The library in which Python itself can travel; Debian's Python runs without it."""
    return str(sysconfig.get_config_var("INSTSONAME"))


def wanted_libraries(purpose: str) -> dict[str, str]:
    """What Qt needs without a screen, on the display that there is, or on any (these travel in a package)."""
    wanted = dict(ANY_QT)
    if purpose in ("package", "screenshots") or (purpose == "window" and os.environ.get("DISPLAY")):
        wanted.update(X_WINDOW)
    if purpose == "package" or (purpose == "window" and os.environ.get("WAYLAND_DISPLAY")):
        wanted.update(WAYLAND_WINDOW)
    return wanted


def apt_prefix() -> list[str] | None:
    """How to call apt-get without being asked anything; None where that can't be done."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = ["sudo", "-n"]
    allowed = (
        shutil.which("sudo") and subprocess.call([*sudo, "true"], stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL) == 0
    )
    # sudo drops the environment, and a proxy with it.
    return [*sudo, "--preserve-env=http_proxy,https_proxy,no_proxy"] if allowed else None


def install_libraries(purpose: str) -> None:
    """Install what is missing of the system libraries, or say what to type."""
    missing = missing_packages(purpose)
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    prefix = apt_prefix()
    if prefix is None:
        how = "Type this, then try again:\n\n    sudo " + " ".join(command)
        if not shutil.which("apt-get"):
            how = "They are called so on Debian; install what your system calls them: " + ", ".join(missing)
        raise SetupError("Qt needs system libraries that aren't installed. " + how)
    say("installing system libraries: " + " ".join(missing))
    options = ["env", "DEBIAN_FRONTEND=noninteractive"]
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    install = [*prefix, *options, *command, *wait]
    # The package lists may be absent or out of date; they are fetched only when that shows.
    if not succeeds(install):
        run([*prefix, *options, "apt-get", "update", *wait], "the package lists could not be fetched")
        run(install, "apt-get could not install the system libraries")
    missing = missing_packages(purpose)
    if missing:
        raise SetupError("The system libraries were installed, but are still not found: " + " ".join(missing))


def install_servers() -> None:
    """Install the databases that are missing; where that isn't possible, the tests against them are skipped."""
    missing = [package for place, package in SERVERS.items() if not any(Path("/").glob(place))]
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    say("installing databases for the tests: " + " ".join(missing))
    # Debian starts a server as soon as it is installed, unless the system is in maintenance (runlevel 1).
    options = ["env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "-o", "DPkg::Lock::Timeout=300"]
    install = [*options, "install", "-y", "--no-install-recommends", *missing]
    if not (succeeds(install) or (succeeds([*options, "update"]) and succeeds(install))):
        say("they could not be installed; the tests against them will be skipped")


# The environment


def pip_settings() -> dict[str, str]:
    """What the person configured for pip (index, proxy, certificates), by its last name; later places win."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    settings: dict[str, str] = {}
    lines = [line.partition("=") for line in listed.splitlines() if "=" in line]
    # `pip config list` sorts by name; the environment (":env:") overrides the files, "install" overrides "global".
    for key, _, value in sorted(lines, key=lambda line: (line[0].startswith(":env:"), line[0].startswith("install."))):
        settings[key.rpartition(".")[2].replace("_", "-")] = str(ast.literal_eval(value))
    return settings


def uv_environment(settings: dict[str, str]) -> dict[str, str]:
    """The environment for uv, which doesn't read pip's configuration: its own variables win over what pip says."""
    extra = [place for place in settings.get("extra-index-url", "").split() if is_there(place)]
    links = [place for place in settings.get("find-links", "").split() if is_there(place)]
    told = {
        "UV_CACHE_DIR": str(TOOLS / "cache" / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_DEFAULT_INDEX": settings.get("index-url", ""),
        "UV_INDEX": " ".join(extra),
        # pip takes the best of all places; the lock's hashes say which file is right.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",
        "UV_FIND_LINKS": ",".join(links),
        "UV_INSECURE_HOST": " ".join(settings.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": settings.get("timeout", settings.get("default-timeout", "")),
        "SSL_CERT_FILE": settings.get("cert", ""),
        "ALL_PROXY": settings.get("proxy", ""),
    }
    return {**{name: value for name, value in told.items() if value}, **os.environ, "VIRTUAL_ENV": str(VENV)}


def is_there(place: str) -> bool:
    """Whether a place for packages exists, as far as this machine can tell: pip passes over folders that don't, uv
    gives up."""
    path = place.removeprefix("file://")
    return Path(path).is_dir() if path.startswith("/") else True


def pip(*arguments: str | Path) -> list[str]:
    """A pip command whose cache stays in the checkout."""
    cache = os.environ.get("PIP_CACHE_DIR") or TOOLS / "cache" / "pip"
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--cache-dir", str(cache), *map(str, arguments)]


def private_uv() -> Path:
    """The uv of this checkout; installed at the first call and when its lock changed."""
    uv = TOOLS / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    stamp = TOOLS / "uv-lock"
    digest = hashlib.sha256(UV_LOCK.read_bytes()).hexdigest()
    if uv.exists() and stamp.exists() and stamp.read_text() == digest:
        return uv
    if not succeeds([sys.executable, "-m", "pip", "--version"]):
        raise SetupError("Python has no pip. On Debian and Ubuntu: sudo apt-get install python3-pip")
    say("fetching uv")
    flags = ["install", "--quiet", "--upgrade", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    flags += ["--no-user", "--root-user-action", "ignore", "--target"]
    # Whatever else the person's configuration says of where to install, this goes into the checkout.
    environment = {**os.environ, "PIP_REQUIRE_VIRTUALENV": "0"}
    run(pip(*flags, TOOLS, "-r", UV_LOCK), "the installer uv could not be fetched", environment)
    stamp.write_text(digest)
    return uv


def make_environment() -> None:
    """Bring ``.venv`` to exactly what the lock file says, with the program itself on top."""
    uv, environment = str(private_uv()), uv_environment(pip_settings())
    if not works(PYTHON):
        say("making .venv with Python " + sys.version.split()[0])
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(VENV)], "no .venv", environment)
    STAMP.unlink(missing_ok=True)
    say("fetching the locked packages")
    target = ["--quiet", "--python", str(PYTHON)]
    # Compiled once for all: else each process of a first run does it, and where bytecode isn't written every one does.
    sync = [uv, "pip", "sync", *target, "--compile-bytecode", "--require-hashes", str(LOCK)]
    if subprocess.call(sync, env=environment, stdin=DEVNULL) != 0:
        # pip knows ways to an index that uv doesn't (a keyring, an odd proxy); it is slower, and ends at the same.
        say("uv could not fetch them; trying with pip")
        command = pip("--python", PYTHON, "install", "--quiet", "--no-deps", "--require-hashes", "-r", LOCK)
        run(command, "the locked packages could not be fetched")
    # The build backend is in the lock, so that nothing outside of it is fetched.
    own = [uv, "pip", "install", *target, "--offline", "--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    run(own, "the program could not be installed into .venv", environment)


def works(python: Path) -> bool:
    """Whether the environment's Python starts, and is of the version of this one."""
    if not python.exists():
        return False
    asked = [str(python), "-c", "import sys; print(*sys.version_info[:2])"]
    answer = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    return answer == [str(number) for number in sys.version_info[:2]]


def fingerprint() -> str:
    """Changes when the environment has to be made anew: another lock, another place, another Python."""
    state = hashlib.sha256(repr((str(ROOT), sys.version_info[:2])).encode())
    for path in (UV_LOCK, LOCK, ROOT / "pyproject.toml", Path(__file__)):
        state.update(path.read_bytes())
    return state.hexdigest()


def compile_translations() -> None:
    """Bring the compiled catalogues up to date, with Babel only if a source is newer."""
    sources = (ROOT / "resources" / "translations").glob("*/LC_MESSAGES/*.po")
    outdated = [po for po in sources if not is_newer(po.with_suffix(".mo"), po)]
    if outdated:
        run([str(PYTHON), str(ROOT / "packaging" / "translations.py")], "the translations could not be compiled")


def is_newer(target: Path, source: Path) -> bool:
    """Whether ``target`` exists and isn't older than ``source``."""
    return target.exists() and target.stat().st_mtime >= source.stat().st_mtime


# Odds and ends


def say(sentence: str) -> None:
    """One line of what is going on."""
    print("set-up: " + sentence, file=sys.stderr, flush=True)


def run(command: list[str], failure: str, environment: dict[str, str] | None = None) -> None:
    """Run ``command``; where it fails, its own words stand above ours."""
    if subprocess.call(command, env=environment, stdin=DEVNULL, stdout=sys.stderr) != 0:
        raise SetupError(failure[:1].upper() + failure[1:] + " (the reason is above).")


def succeeds(command: list[str]) -> bool:
    """Run ``command`` without a word; whether it went well."""
    return subprocess.call(command, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL) == 0


def set_up(purpose: str) -> None:
    """Everything in order; what is there already is left alone."""
    use_a_new_enough_python()
    if sys.platform == "linux":
        install_libraries(purpose)
    wanted = fingerprint()
    if not (PROGRAM.exists() and PYTHON.exists() and STAMP.exists() and STAMP.read_text() == wanted):
        make_environment()
        if purpose == "tests" and sys.platform == "linux":
            install_servers()
        STAMP.write_text(wanted)
    compile_translations()


def main() -> int:
    """Set up for a purpose; that decides which system libraries are looked for."""
    parser = argparse.ArgumentParser(description="Make this checkout ready to run.")
    parser.add_argument(
        "purpose",
        nargs="?",
        choices=("tests", "window", "screenshots", "package"),
        default="window",
        help="without a screen; for the window on this display (default); for pictures, also on an X server of their "
        "own; to build a package for any display",
    )
    try:
        set_up(parser.parse_args().purpose)
    except SetupError as error:
        print("set-up: " + str(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
