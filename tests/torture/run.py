"""Everything that tries to break kb, one after the other: `make torture`.

    python tests/torture/run.py [--quick]

A few hours whole, some minutes with --quick. Status 1 where anything broke.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMMES = ("disk", "kill", "together", "linear", "fuzz", "web")


def main() -> int:
    broken = []
    for name in PROGRAMMES:
        print(f"\n# {name}", flush=True)
        started = time.monotonic()
        done = subprocess.run([sys.executable, HERE / f"{name}.py", *sys.argv[1:]], check=False)
        print(f"{name}: status {done.returncode}, {time.monotonic() - started:.0f} s", flush=True)
        broken += [name] if done.returncode else []
    print(f"\nbroken: {', '.join(broken)}" if broken else "\nnothing broke", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
