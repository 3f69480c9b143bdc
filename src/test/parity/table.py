"""Prints the table of docs/parity.md from what the parity tests measured (target/parity.tsv): the worst of each kind."""
from pathlib import Path

rows = [line.split("\t") for line in Path("target/parity.tsv").read_text(encoding="utf-8").splitlines()]
kinds = {}
for what, error, size, share in rows:
    parts = what.split(" · ")
    kind = " · ".join(parts[:2]) if parts[0].startswith("tiny") else parts[0]
    kinds.setdefault(kind, []).append((what, error, size, share))

print("| compared | comparisons | worst, in tolerances | its max\\|a−b\\| | its max\\|b\\| | where |")
print("|---|---|---|---|---|---|")
for kind, found in sorted(kinds.items()):
    pictures = [f for f in found if f[3].endswith("equal")]
    numbers = [f for f in found if not f[3].endswith("equal")]
    if numbers:
        what, error, size, share = max(numbers, key=lambda f: float(f[3]))
        print(f"| {kind} | {len(numbers)} | {share} | {error} | {size} | {what.split(' · ', 1)[1]} |")
    for what, off, differ, share in pictures:
        print(f"| {what} | 1 | {differ} | off by {off.split()[0]} | 255 | {share} |")
