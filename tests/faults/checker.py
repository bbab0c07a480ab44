"""Proves the promise of a run from what really happened: history file, store, kills, a listener.

facts = {"accepted": [id…], "lease": s, "records": {id: job_tool's read}, "history": [line…],
         "kills": [(monotonic s, pid)…], "heard": {id: end data} or None (nobody could listen)}
check(facts) returns a list of what is wrong; stats(facts) what is worth telling."""

import collections
import statistics

RECOVERY_SLACK = 2  # s beyond a lease


def read_history(lines):
    """{id: [(attempt, word, seconds)…]} in the order of the file."""
    runs = collections.defaultdict(list)
    for line in lines:
        name, attempt, word, ms = line.split()
        runs[name].append((int(attempt), word, int(ms) / 1000))
    return runs


def pid_of(attempt):
    return int(attempt["owner"].split(":")[1].split("/")[0])


def lost_by_kill(facts):
    """[(id, attempt number, time of the kill)…]: kills that landed in a running job. A process id
    comes back after some thousand others: the kill is the first after the attempt's start."""
    runs = read_history(facts["history"])
    when = collections.defaultdict(list)
    for t, pid in facts["kills"]:
        when[pid].append(t)
    found = []
    for name, record in facts["records"].items():
        started = {a: t for a, word, t in runs[name] if word == "start"}
        for a in record["attempts"]:
            finished = record["status"] == "completed" and record.get("endedBy") == a["n"]
            times = [t for t in when[pid_of(a)] if t >= started.get(a["n"], 0)]
            if a["end"] == "lost" and not finished and times:
                found.append((name, a["n"], min(times)))
    return found


def check_ends(facts, runs):
    for name in facts["accepted"]:
        record = facts["records"].get(name, {})
        if "endedBy" not in record:
            yield f"{name}: it has no end ({record})"
            continue
        ends = [a for a, word, _ in runs[name] if word == "end"]
        if len(ends) > 1:
            yield f"{name}: {len(ends)} processes say that they ended it"
        if ends and ends[0] != record["endedBy"]:
            yield f"{name}: attempt {ends[0]} says it ended it, the store says {record['endedBy']}"
        lost = [a for a in record["attempts"] if a["end"] == "lost"]
        if record["status"] == "failed":
            if record["code"] != "worker_lost" or len(lost) != 3:
                yield f"{name}: failed as {record['code']} ({record['error']}) with {len(lost)} lost starts"
        elif record["status"] != "completed":
            yield f"{name}: {record['status']}"
        elif record["attempts"][record["endedBy"] - 1]["end"] not in ("done", "lost", "retry"):
            yield f"{name}: the attempt that ended it is {record['attempts'][record['endedBy'] - 1]}"
        if record["cached"] != record["status"]:
            yield f"{name}: the list says {record['cached']}, the truth is {record['status']}"
        if record["open"] and facts["heard"] is not None:
            yield f"{name}: it was never closed"
        live = [a for a in record["attempts"] if a["end"] == "live"]
        if live:
            yield f"{name}: ended with a live attempt {live}"


def check_attempts(facts, runs):
    for name in runs.keys() - set(facts["accepted"]):
        yield f"{name}: it was never accepted"
    for name, events in runs.items():
        starts = [a for a, word, _ in events if word == "start"]
        if any(b <= a for a, b in zip(starts, starts[1:])):
            yield f"{name}: attempts do not rise: {starts}"
        if name in facts["records"] and starts and starts[-1] > len(facts["records"][name]["attempts"]):
            yield f"{name}: attempt {starts[-1]} started without a claim"


def check_recovery(facts, runs):
    limit = facts["lease"] + RECOVERY_SLACK
    for name, n, killed in lost_by_kill(facts):
        after = [t for _, _, t in runs[name] if t > killed]
        if not after:
            yield f"{name}: nothing happened after its runner was killed"
        elif min(after) - killed > limit:
            yield f"{name}: attempt {n} was killed, the next step came {min(after) - killed:.1f} s later"


def check_heard(facts):
    if facts["heard"] is None:
        return
    for name in facts["accepted"]:
        record, end = facts["records"][name], facts["heard"].get(name)
        if end is None:
            yield f"{name}: its end was never heard"
        elif end["status"] != {"completed": "success", "failed": "error"}.get(record["status"]):
            yield f"{name}: heard {end}, stored {record['status']}"


def check(facts):
    runs = read_history(facts["history"])
    return [*check_ends(facts, runs), *check_attempts(facts, runs), *check_recovery(facts, runs),
            *check_heard(facts)]


def stats(facts):
    runs = read_history(facts["history"])
    statuses = collections.Counter(r["status"] for r in facts["records"].values())
    attempts = collections.Counter(a["end"] for r in facts["records"].values() for a in r["attempts"])
    work = [end - start for name, events in runs.items() for a, word, end in events if word == "end"
            for b, first, start in events if first == "start" and a == b
            and facts["records"][name]["status"] == "completed"]
    gaps = [min((t for _, _, t in runs[name] if t > killed), default=killed) - killed
            for name, _, killed in lost_by_kill(facts)]
    return {"accepted": len(facts["accepted"]), **statuses, "attempts": dict(attempts),
            "kills": len(facts["kills"]), "kills in a running job": len(lost_by_kill(facts)),
            "shortest job": round(min(work, default=0), 2), "median job": round(statistics.median(work or [0]), 2),
            "longest recovery": round(max(gaps, default=0), 2)}
