"""Runs the benchmarks in turn and prints their tables: ``python -m benchmarks [name …]``."""

import importlib
import pkgutil
import platform
import sys

import benchmarks

#: modules of this folder that are not benchmarks
HELPERS = {"__main__", "measure", "records", "served"}


def main() -> None:
    found = [m.name for m in pkgutil.iter_modules(benchmarks.__path__) if m.name not in HELPERS]
    wanted = sys.argv[1:] or found
    print(f"Python {platform.python_version()} on {platform.platform()}")
    for name in wanted:
        if name not in found:
            raise SystemExit(f"There is no benchmark {name}; there are {', '.join(found)}")
        importlib.import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
