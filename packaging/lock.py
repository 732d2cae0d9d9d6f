"""Write the lock files: every package in one version for every supported Python and platform, with its hashes.

The development lock is constrained by the one of the program, so that what is tested is what is shipped.
"""

from __future__ import annotations

import subprocess
import sys

from setup import ROOT, pip_settings, private_uv, uv_environment

PROGRAM = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
UV = "requirements-uv.lock"
PEERS = (
    "peers",
    "peers-dvc",
    "peers-mlflow",
    "peers-onnx-oldest",
    "peers-onnx-year",
    "peers-pmml",
    "peers-submarine",
    "peers-profiling",
)
"""Groups of other people's programs, each in an environment of its own: their needs contradict each other."""
FLAGS = ["--universal", "--generate-hashes", "--python-version", "3.11", "--no-header", "--quiet", "--upgrade"]


def compile_lock(target: str, *sources: str, given: bytes | None = None) -> None:
    """Resolve ``sources`` into the file ``target``."""
    command = [str(private_uv()), "pip", "compile", *FLAGS, *sources, "--output-file", target]
    subprocess.run(
        command, cwd=ROOT, env=uv_environment(pip_settings()), input=given, check=True, stdout=subprocess.DEVNULL
    )


def main() -> int:
    """Write every lock file."""
    compile_lock(UV, "-", given=b"uv\n")
    compile_lock(PROGRAM, "pyproject.toml")
    compile_lock(DEVELOPMENT, "pyproject.toml", "--group", "dev", "--group", "package", "--constraints", PROGRAM)
    for group in PEERS:
        compile_lock(f"requirements-{group}.lock", "--group", group)
    return 0


if __name__ == "__main__":
    sys.exit(main())
