"""Our runs, many at a time: commands in, answers out (tests/batch_tool.c); and what the comparisons of
random runs share."""
import json
import os
import subprocess
import sys

import bars

SHOWN = 6  # differences of one run


def arguments(count, seed):
    """BUILD [COUNT [SEED]] of the command line: build folder, folder for data sets, count, seed."""
    given = sys.argv[1:]
    folder = os.path.join(given[0], "tests", "oracle")
    os.makedirs(folder, exist_ok=True)
    return given[0], folder, *(int(word) for word in given[1:3]), *(count, seed)[len(given) - 1:]


def run(build, folder, commands):
    """Answers in the order of the commands; one that our program refuses is {"error": why}."""
    tool = os.path.join(build, "tests", "batch_tool")
    text = "".join(json.dumps(command) + "\n" for command in commands)
    done = subprocess.run([tool, folder], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{tool} ended with {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_configs(build, folder, configs):
    """Over the whole data set, also where a configuration reads a part of it."""
    return run(build, folder, [{"data": c.get("whole", c["data"]) + ".csv", "interval": c["interval"],
                                "request": c["request"], "equity": True} |
                               ({"lower": c["lower"] + ".csv"} if c.get("lower") else {}) for c in configs])


def with_columns(build, folder, configs, columns_of):
    """Our columns that each configuration needs; every text of a data set is evaluated once."""
    wanted = {}
    for config in configs:
        wanted.setdefault(config["data"], set()).update(columns_of(config))
    found = {}
    for name, texts in wanted.items():
        texts = sorted(texts)
        path = os.path.join(folder, name + ".csv")
        found[name] = dict(zip(texts, bars.columns(build, path, texts))) if texts else {}
    return [{text: found[config["data"]][text] for text in columns_of(config)} for config in configs]


def tell(config, found):
    """A run that differs, with what to run it again."""
    if found:
        print(json.dumps({"data": config["data"], "request": config["request"]}))
        print("".join(f"    {line}\n" for line in found[:SHOWN]), end="", flush=True)
