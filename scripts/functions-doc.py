#!/usr/bin/env python3
"""functions-doc.py WEIR: rewrites docs/functions.md from what SHOW FUNCTIONS and DESCRIBE FUNCTION of that program say."""
import json
import pathlib
import subprocess
import sys
import tempfile

weir = sys.argv[1]
root = pathlib.Path(__file__).resolve().parent.parent


def run(data, statements, *options):
    command = [weir, "--data-dir", data, "--log-level", "off", *options, "-e", statements]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def cell(text):
    return text.replace("|", "\\|")


with tempfile.TemporaryDirectory() as data:
    rows = [json.loads(line) for line in run(data, "SHOW FUNCTIONS;", "--output", "json").stdout.splitlines()]
    families = {}
    for row in rows:
        families.setdefault(row["Category"], []).append(row["Function Name"])
    # One run for all: in JSON the variations of each are on standard output, what describes the function is not.
    names = [name for family in families.values() for name in family]
    described = run(data, "".join(f"DESCRIBE FUNCTION {name};" for name in names), "--output", "json")
    variations, facts, current = {}, {}, None
    for line in described.stderr.splitlines():
        if line.startswith("Name  "):
            current = line.split(": ", 1)[1]
            facts[current] = {}
        elif ": " in line and current:
            key, value = line.split(": ", 1)
            facts[current][key.strip()] = value
    for line in described.stdout.splitlines():
        variation = json.loads(line)
        variations.setdefault(variation["Variation"].split("(")[0], []).append(variation)

aggregates = sum(fact["Type"] == "AGGREGATE" for fact in facts.values())
tables = sum(fact["Type"] == "TABLE" for fact in facts.values())
out = ["# Functions", "",
       "Written by `scripts/functions-doc.py` from the program's own `SHOW FUNCTIONS` and `DESCRIBE FUNCTION`; don't edit it by hand.",
       f"There are {len(names) - aggregates - tables} scalar functions, {tables} table functions and {aggregates} aggregate functions. Names don't depend on case. Unless a scalar",
       "function says otherwise, an argument that is NULL makes the result NULL. An argument that a function can't work with (no such time",
       "zone, no such pattern) makes the result NULL and is reported to the processing log. Table functions make rows, see the",
       "[SQL reference](sql-reference.md#table-functions).", ""]
for family in sorted(families):
    out += [f"## {family.capitalize()}", ""]
    for name in families[family]:
        fact = facts[name]
        out += [f"### {name}", "", fact.get("Overview", "") + (f" For {fact['Applies to']}." if "Applies to" in fact else ""), ""]
        for variation in variations[name]:
            arguments = variation["Arguments"]
            out.append(f"- `{variation['Variation']}` {cell(variation['Description'])}" + (f" ({cell(arguments)})" if arguments else ""))
        if "Example" in fact:
            out += ["", f"`{fact['Example']}`"]
        out.append("")
(root / "docs/functions.md").write_text("\n".join(out).rstrip() + "\n")
