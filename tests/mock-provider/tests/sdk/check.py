"""What the scripts beside this one share: where the mock listens, and what it says that it told."""

import json
import sys
import urllib.request

URL = sys.argv[1].rstrip("/")
# The mock itself, where the first address is that of something in front of it.
MOCK = sys.argv[-1].rstrip("/")
KEY = "sk-mock-right"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ARGUMENTS = {"city": "mock"}
# Without a proxy of the environment.
_OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({})).open


def answer(model, said):
    return f"This is a mock provider answering as {model}. You said: {said}"


def script(*modes):
    """The next answers, one mode each."""
    body = json.dumps(modes).encode()
    request = urllib.request.Request(f"{MOCK}/_mock/script", data=body, method="PUT")
    _OPEN(request).read()


def account(name, model):
    """The sums of one format and model."""
    with _OPEN(f"{MOCK}/_mock/requests") as response:
        accounts = json.load(response)["accounts"]
    found = [one for one in accounts if (one["format"], one["model"]) == (name, model)]
    assert len(found) == 1, accounts
    return found[0]


def equal(got, expected):
    assert got == expected, f"{got!r} instead of {expected!r}"


def fails(kind, work):
    """What `work` raises, which must be of this kind."""
    try:
        result = work()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} but {result!r}")
