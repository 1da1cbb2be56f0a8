"""The cases of the matrix against the vendors' own types.

Arguments: the directory of the cases. Checks what clients are told, and what providers are sent and tell, strictly; then lets each
SDK read what its clients are told, of which a stream must come to the same as the answer in one piece.
"""

import json
import sys
from pathlib import Path

import typed
from reading import READERS
from shapes import ANSWERS, ERRORS, REQUESTS, STREAMED

ROOT = Path(sys.argv[1])
# What vendors, or servers that speak their formats, say beside what the types of these SDKs have.
BEYOND = (
    # vLLM, DeepSeek and others: what a model thought. OpenAI itself never tells.
    "reasoning_content is no member of ChatCompletionMessage",
    "reasoning_content is no member of ChoiceDelta",
    # Ours: without the signature a thought cannot go back to where it came from.
    "reasoning_signature is no member of ChatCompletionMessage",
    "reasoning_signature is no member of ChoiceDelta",
    # The version of 2026-10-21 has none; the one that we ask with, 2023-06-01, has.
    "temperature is no member of MessageCreateParamsNonStreaming",
    "top_p is no member of MessageCreateParamsNonStreaming",
    "top_k is no member of MessageCreateParamsNonStreaming",
    # In the reference of errors, not in the types.
    "not 'request_too_large'",
    # Required by versions before.
    "name is no member of ResponseFunctionCallArgumentsDoneEvent",
    # In the reference of streams, not in the types.
    "$.type: 'ping' is no event",
)
beyond = set()
problems = []
seen = {"request": 0, "answer": 0, "stream": 0, "error": 0}


def report(path, lines):
    for line in lines:
        known = [words for words in BEYOND if line.endswith(words)]
        beyond.update(known)
        if not known:
            problems.append(f"{path.relative_to(ROOT)}: {line}")


def events(text):
    """The data of the events of a stream."""
    for block in text.split("\n\n"):
        data = [line[5:].strip() for line in block.splitlines() if line.startswith("data:")]
        if data:
            yield "\n".join(data)


def framed(text):
    """Type and payload of AWS's messages, a line each."""
    for line in text.splitlines():
        kind, payload = line.split(" ", 1)
        yield kind, json.loads(payload)


def request(path, form):
    seen["request"] += 1
    report(path, REQUESTS[form](json.loads(path.read_text()), path.name.startswith("streamed")))


def answer(path, form):
    name = path.name.removesuffix(path.suffix).removesuffix(".answer")
    if name.startswith("error."):
        seen["error"] += 1
        return report(path, ERRORS[form](json.loads(path.read_text())))
    if path.suffix == ".json":
        seen["answer"] += 1
        return report(path, ANSWERS[form](json.loads(path.read_text())))
    seen["stream"] += 1
    if path.suffix == ".events":
        items = list(framed(path.read_text()))
    else:
        items = [json.loads(one) for one in events(path.read_text()) if one != "[DONE]"]
    assert items, path
    for index, item in enumerate(items):
        report(path, [f"event {index}: {line}" for line in STREAMED[form](item)])


def errors(path, client, provider):
    """Each error in the client's dialect, which its SDK reads; what is in it already passes as it is."""
    own = json.loads((ROOT / "answers" / provider / "errors.json").read_text())
    for case, told in json.loads(path.read_text()).items():
        seen["error"] += 1
        if told["body"] == own[case]["body"]:
            continue
        report(path, [f"{case}: {line}" for line in ERRORS[client](told["body"])])
        READERS[client](json.dumps(told["body"]).encode(), f"error.{told['status']}")


def pairs():
    for directory in sorted(ROOT.glob("*-*")):
        client, provider = directory.name.split("-")
        for path in sorted(directory.iterdir()):
            if path.name.endswith(".request.json"):
                request(path, provider)
            elif path.name == "errors.json":
                errors(path, client, provider)
            elif path.name.startswith("unknown.") and client == provider:
                # It passes as it is.
                continue
            elif ".answer." in path.name:
                answer(path, client)
        read(directory, client)


def read(directory, client):
    """The SDK reads both forms, and comes to the same."""
    for path in sorted(directory.glob("*.answer.json")):
        name = path.name.removesuffix(".answer.json")
        if name == "unknown" and directory.name == f"{client}-{client}":
            continue
        whole = READERS[client](path.read_bytes(), name)
        streamed = directory / f"{name}.answer.sse"
        if not streamed.exists():
            continue
        as_stream = READERS[client](streamed.read_bytes(), name, streams=True)
        if whole != as_stream:
            report(streamed, [f"reads as {as_stream}, and {whole} in one piece"])


def inputs():
    for directory in sorted((ROOT / "requests").iterdir()):
        for path in sorted(directory.iterdir()):
            request(path, directory.name)
    for directory in sorted((ROOT / "answers").iterdir()):
        for path in sorted(directory.iterdir()):
            # What no vendor says yet has no type, and statuses stand with errors.
            if not path.name.startswith(("unknown.", "errors.")):
                answer(path, directory.name)


inputs()
pairs()
assert all(seen.values()), seen
assert beyond == set(BEYOND), set(BEYOND) - beyond
if problems:
    sys.exit("\n".join(problems))
