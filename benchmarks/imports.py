"""What ``import exactnb`` adds to a bare interpreter, in fresh processes."""

import subprocess
import sys
import time
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
    bare = median(found[next(iter(CODES))])
    table(
        f"Imports in fresh processes; medians of {TIMES}",
        ["", "ms", "over bare"],
        [[name, f"{median(ms):.1f}", f"{median(ms) - bare:+.1f}"] for name, ms in found.items()],
    )


if __name__ == "__main__":
    main()
