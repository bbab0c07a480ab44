#!/usr/bin/env python3
"""All metrics of random runs beside numpy's, from the same trades and equity, to 1e-9.

  metrics_numpy.py BUILD [COUNT [SEED]]

Prints each difference with its request; exits 1 when there is one, also for a metric that is not computed here."""
import sys

import numpy

import batch
import metrics_plain
import plain_config
import plain_random
import walks

COUNT, SEED = 400, 11
TOLERANCE = 1e-9


def request_of(random, table):
    config = plain_config.configuration(random, table)
    request = config["request"]
    request["finalize"] = True  # nothing is open at the end: all that happened is in the trades
    for word, values in (("annualisation", (None, None, 252)), ("riskFree", (None, 0.03)), ("trials", (None, 20))):
        value = values[int(random.integers(0, len(values)))]
        if value is not None:
            request[word] = value
    return config


def run_of(config, data, answer):
    request = config["request"]
    return {key: data[key] for key in ("time", "open", "high", "low", "close")} | {
        "step": walks.STEPS[config["interval"]] * 1000, "equity": numpy.array(answer["equity"]),
        "trades": answer["trades"], "cash": request["cash"], "days": request.get("annualisation", 365),
        "riskFree": request.get("riskFree", 0), "trials": request.get("trials", 1)}


def differences(config, data, answer):
    if "error" in answer:
        return [f"ours refuses: {answer['error']}"]
    ours = answer["result"]["metrics"]
    other = metrics_plain.metrics(run_of(config, data, answer))
    found = [f"{word} is not known here" for word in other if word not in ours]
    for word, value in ours.items():
        want = other.get(word)
        same = value is None and want is None
        if value is not None and want is not None:
            same = abs(value - want) <= TOLERANCE * max(1, abs(want))
        if not same:
            found.append(f"{word} {value!r}, numpy has {want!r}; {answer['result']['basis']['nulls'].get(word)}")
    return found


def main():
    build, folder, count, seed = batch.arguments(COUNT, SEED)
    data, table = plain_random.markets_of(folder, seed)
    random = numpy.random.default_rng([seed, 1])
    configs = [request_of(random, table) for _ in range(count)]
    answers = batch.run_configs(build, folder, configs)
    same = figures = 0
    for config, answer in zip(configs, answers):
        found = differences(config, data[config["data"]], answer)
        same += not found
        figures += len(answer.get("result", {}).get("metrics", {}))
        batch.tell(config, found)
    print(f"{same} of {count} runs: numpy gives the same metrics ({figures} figures)")
    return 1 if same < count else 0


if __name__ == "__main__":
    sys.exit(main())
