"""table.py [--json]: what bench.py has found, one JSON object a line on stdin, as a table or as one document."""

import json
import os
import platform
import sys


def machine():
    """What it was measured on."""
    return {"processors": os.cpu_count(), "kernel": platform.release(), "machine": platform.machine(),
            "load_average": os.getloadavg()[0]}


def number(value):
    """Four figures are enough."""
    if not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:.4g}"


def main():
    """Prints it."""
    results = [json.loads(line) for line in sys.stdin]
    if "--json" in sys.argv[1:]:
        print(json.dumps({"machine": machine(), "results": results}, indent=1))
        return
    width = max((len(row["what"]) for row in results), default=10)
    print(f"{'':2} {'':{width}} {'result':>14} {'aim':>10}")
    for row in sorted(results, key=lambda row: row["part"]):
        aim = f"{row['aim']}" if row.get("aim") else ""
        print(f"{row['part']:2} {row['what']:{width}} {number(row['value']):>9} {row['unit']:<4} {aim:>10}  "
              f"{row.get('note', '')}".rstrip())
    print(", ".join(f"{key.replace('_', ' ')} {value}" for key, value in machine().items()))


if __name__ == "__main__":
    main()
