#!/usr/bin/env python3
"""untested.py WEIR: the statements, clauses and functions of the language that no file of tests/sql uses. Exits with 1 if there are any."""
import glob
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# One pattern for each alternative of the grammar's `statement` and `testStatement`, by its label.
STATEMENTS = {
    "replayDeadLetters": r"^REPLAY DEAD LETTERS FOR ",
    "selectStatement": r"^SELECT\b",
    "createSource": r"^CREATE (STREAM|TABLE)\b",
    "createConnector": r"^CREATE SOURCE CONNECTOR\b",
    "createType": r"^CREATE TYPE\b",
    "insertQuery": r"^INSERT INTO \S+ (WITH \(.*?\) )?SELECT\b",
    "insertValues": r"^INSERT INTO [^;]*?VALUES",
    "dropSource": r"^DROP (STREAM|TABLE)\b",
    "dropConnector": r"^DROP CONNECTOR\b",
    "dropType": r"^DROP TYPE\b",
    "alterSource": r"^ALTER (STREAM|TABLE)\b",
    "alterSystem": r"^ALTER SYSTEM\b",
    "importTopics": r"^IMPORT TOPICS\b",
    "show": r"^(SHOW|LIST)\b",
    "describe": r"^DESCRIBE\b",
    "explain": r"^EXPLAIN\b",
    "print": r"^PRINT\b",
    "controlQuery": r"^(TERMINATE|PAUSE|RESUME)\b",
    "setProperty": r"^SET '",
    "unsetProperty": r"^UNSET '",
    "defineVariable": r"^DEFINE\b",
    "undefineVariable": r"^UNDEFINE\b",
    "assertTopic": r"^ASSERT (NOT EXISTS )?TOPIC\b",
    "assertSchema": r"^ASSERT (NOT EXISTS )?SCHEMA\b",
    "assertValues": r"^ASSERT VALUES\b",
    "assertTombstone": r"^ASSERT NULL VALUES\b",
    "assertSource": r"^ASSERT (STREAM|TABLE)\b",
    "runScript": r"^RUN SCRIPT\b",
}
CLAUSES = {
    "WHERE": r"\bWHERE\b", "GROUP BY": r"\bGROUP BY\b", "HAVING": r"\bHAVING\b", "PARTITION BY": r"\bPARTITION BY\b",
    "EMIT CHANGES": r"\bEMIT CHANGES\b", "EMIT FINAL": r"\bEMIT FINAL\b", "LIMIT": r"\bLIMIT \d",
    "WINDOW TUMBLING": r"\bTUMBLING ?\(", "WINDOW HOPPING": r"\bHOPPING ?\(", "WINDOW SESSION": r"\bSESSION ?\(",
    "RETENTION": r"\bRETENTION \d", "GRACE PERIOD": r"\bGRACE PERIOD\b", "WITHIN": r"\bWITHIN \d", "WITHIN (a, b)": r"\bWITHIN ?\(",
    "INNER JOIN": r"\b(INNER )?JOIN\b", "LEFT JOIN": r"\bLEFT (OUTER )?JOIN\b", "RIGHT JOIN": r"\bRIGHT (OUTER )?JOIN\b",
    "FULL JOIN": r"\bFULL (OUTER )?JOIN\b", "OR REPLACE": r"\bOR REPLACE\b", "IF NOT EXISTS": r"\bIF NOT EXISTS\b",
    "IF EXISTS": r"\bIF EXISTS\b", "CREATE SOURCE": r"\bCREATE SOURCE (STREAM|TABLE)\b", "DELETE TOPIC": r"\bDELETE TOPIC\b",
    "HEADERS": r"\bHEADERS\b", "HEADER('k')": r"\bHEADER ?\('", "PRIMARY KEY": r"\bPRIMARY KEY\b", "AS_VALUE": r"\bAS_VALUE\(",
    "CASE": r"\bCASE\b", "CAST": r"\bCAST\(", "LIKE": r"\bLIKE '", "IN": r"\bIN \(", "BETWEEN": r"\bBETWEEN\b",
    "IS NULL": r"\bIS NULL\b", "IS NOT NULL": r"\bIS NOT NULL\b", "IS DISTINCT FROM": r"\bIS DISTINCT FROM\b", "->": r"->",
    "ARRAY[]": r"\bARRAY\[", "MAP()": r"\bMAP\(", "STRUCT()": r"\bSTRUCT\(", "lambda": r"=>", "AT start": r"\bAT (EARLIEST|LATEST|TIMESTAMP|OFFSET)\b",
    "ROWTIME": r"\bROWTIME\b", "ROWPARTITION": r"\bROWPARTITION\b", "ROWOFFSET": r"\bROWOFFSET\b", "WINDOWSTART": r"\bWINDOWSTART\b",
    "WINDOWEND": r"\bWINDOWEND\b", "TIMESTAMP=": r"\bTIMESTAMP ?= ?'", "TIMESTAMP_FORMAT": r"\bTIMESTAMP_FORMAT ?=",
    "WRAP_SINGLE_VALUE": r"\bWRAP_SINGLE_VALUE ?=", "WINDOW_TYPE": r"\bWINDOW_TYPE ?=", "KEY_FORMAT": r"\bKEY_FORMAT ?=",
    "VALUE_DELIMITER": r"\bVALUE_DELIMITER ?=",
}


def labels():
    grammar = (ROOT / "grammar/WeirSql.g4").read_text()
    out = []
    for rule in ("statement", "testStatement"):
        body = re.search(rf"^{rule}\n(.*?)^    ;", grammar, re.S | re.M).group(1)
        out += re.findall(r"# (\w+)", body)
    return out


def functions(weir):
    with tempfile.TemporaryDirectory() as folder:
        text = subprocess.run([weir, "--data-dir", folder, "--output", "json", "-e", "SHOW FUNCTIONS;"],
                              check=True, capture_output=True, text=True).stdout
    return [json.loads(line)["Function Name"] for line in text.splitlines()]


def main():
    text = "\n".join(Path(name).read_text() for name in sorted(glob.glob(str(ROOT / "tests/sql/**/*.sql"), recursive=True)))
    text = re.sub(r"--[^\n]*", "", text)
    statements = [re.sub(r"\s+", " ", piece).strip().upper() for piece in text.split(";")]
    whole = ";\n".join(statements)
    missing = [f"statement {label} (no pattern for it in {Path(__file__).name})" for label in labels() if label not in STATEMENTS]
    missing += [f"statement {label}" for label, pattern in STATEMENTS.items() if not any(re.search(pattern, s) for s in statements)]
    missing += [f"clause {name}" for name, pattern in CLAUSES.items() if not re.search(pattern, whole)]
    missing += [f"function {name}" for name in functions(sys.argv[1]) if not re.search(rf"\b{name}\s*\(", whole)]
    for name in missing:
        print("untested:", name)
    print(f"{len(missing)} untested")
    return 1 if missing else 0


sys.exit(main())
