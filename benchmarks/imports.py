"""What ``import exactnb`` adds to a bare interpreter, in fresh processes."""

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from benchmarks.measure import table

TIMES = 21
CODES = {
    "python, nothing imported": "pass",
    "import exactnb": "import exactnb",
    "exactnb.frames (pandas, pyarrow)": "import exactnb.frames",
}


def seconds(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    found: dict[str, list[float]] = {name: [] for name in CODES}
    for code in CODES.values():
        seconds(code)  # byte code is written
    for _ in range(TIMES):
        for name, code in CODES.items():
            found[name].append(seconds(code) * 1e3)
    bare = found[next(iter(CODES))]
    table(
        f"Imports in {TIMES} fresh processes each, ms",
        ["", "median", "over bare", "fastest", "over bare"],
        [[name, *over(ms, bare, median), *over(ms, bare, min)] for name, ms in found.items()],
    )


def over(
    figures: list[float], bare: list[float], of: Callable[[list[float]], float]
) -> tuple[str, str]:
    return f"{of(figures):.1f}", f"{of(figures) - of(bare):+.1f}"


if __name__ == "__main__":
    main()
