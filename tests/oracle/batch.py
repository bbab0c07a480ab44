"""Our runs, many at a time: commands in, answers out (tests/batch_tool.c)."""
import json
import os
import subprocess


def run(build, folder, commands):
    """Answers in the order of the commands; one that our program refuses is {"error": why}."""
    tool = os.path.join(build, "tests", "batch_tool")
    text = "".join(json.dumps(command) + "\n" for command in commands)
    done = subprocess.run([tool, folder], input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{tool} ended with {done.returncode}: {done.stderr.strip()}")
    return [json.loads(line) for line in done.stdout.splitlines()]
