"""The cases of the kinds of providers, and of operations, against the vendors' own SDKs.

Arguments: the directories of the cases. Where a request goes, and what is in its head, is compared with what the SDK for that
kind asks with; bodies and answers are loaded into the SDKs' types, strictly.
"""

import json
import sys
import warnings
from pathlib import Path
from urllib.parse import unquote

from asking import HEADS, asked
from operations import STREAMS, WHOLE, told
from operations import request as request_of
from shapes import ANSWERS, REQUESTS, STREAMED

# Models grow old.
warnings.filterwarnings("ignore", category=DeprecationWarning)
PROVIDERS, OF_OPERATIONS = map(Path, sys.argv[1:])
# The end of a request's path, the format of its body.
FORMS = (
    ("/chat/completions", "chat"),
    ("/responses", "responses"),
    ("/messages", "messages"),
    ("awPredict", "messages"),
    (":generateContent", "gemini"),
    (":streamGenerateContent", "gemini"),
    ("/converse", "converse"),
    ("/converse-stream", "converse"),
)
MODELS = {
    "openai": "gpt-4o",
    "anthropic": "claude-sonnet-4-5",
    "azure-openai": "tide-4o",
    "azure-openai-dated": "tide-4o",
    "foundry-openai": "tide-4o",
    "foundry-claude": "claude-sonnet-4-5",
    "bedrock-claude": "eu.anthropic.claude-sonnet-4-5-20250929-v1:0",
    "bedrock-nova": "eu.amazon.nova-pro-v1:0",
    "vertex-gemini": "gemini-2.5-flash",
    "vertex-claude": "claude-sonnet-4-5@20250929",
    "gemini": "gemini-2.5-flash",
    "vertex-llama": "meta/llama-4-maverick-17b-128e-instruct-maas",
    "custom-chat": "deepseek-r1",
}
# What vendors say beside what the types of these SDKs have; in goldens too, where an answer passes as it is.
BEYOND = (
    # Azure: its filters, with a first event of their own that has no object.
    "prompt_filter_results is no member of ChatCompletion",
    "content_filter_results is no member of Choice",
    "content_filters is no member of Response",
    "$.object: Input should be 'chat.completion.chunk', not ''",
    # OpenAI: in the reference of streams, not in the types; or required by versions before.
    "obfuscation is no member of ResponseTextDeltaEvent",
    "obfuscation is no member of ResponseFunctionCallArgumentsDeltaEvent",
    "name is no member of ResponseFunctionCallArgumentsDoneEvent",
    "finish_reason: Input should be 'stop', 'length' or 'content_filter', not None",
    # Google's surface for clients of OpenAI: signatures of thoughts.
    "extra_content is no member of ChatCompletionMessageFunctionToolCall",
    "extra_content is no member of ChoiceDeltaToolCall",
    # Ours: without the signature a thought cannot go back to where it came from.
    "reasoning_signature is no member of ChatCompletionMessage",
    "reasoning_signature is no member of ChoiceDelta",
    # vLLM, DeepSeek, Llama on Vertex AI and others.
    "top_k is no member of CompletionCreateParamsNonStreaming",
    "prompt_logprobs is no member of ChatCompletion",
    "stop_reason is no member of Choice",
    "reasoning_content is no member of ChatCompletionMessage",
    "reasoning_content is no member of ChoiceDelta",
    "index is no member of ChatCompletionMessageFunctionToolCall",
    "prompt_cache_hit_tokens is no member of CompletionUsage",
    "prompt_cache_miss_tokens is no member of CompletionUsage",
    # Vertex AI: kinds of traffic, counts in a stream of Claude's, and times, which strict types take as objects only.
    "extra_properties is no member of CompletionUsage",
    "$.type: 'vertex_event' is no event",
    "$.createTime: Input should be a valid datetime, not '2026-11-01T10:00:00.000001Z'",
    # Anthropic: in the reference of streams; and members of the version that we ask with.
    "$.type: 'ping' is no event",
    "temperature is no member of MessageCreateParamsNonStreaming",
    "top_p is no member of MessageCreateParamsNonStreaming",
    "top_k is no member of MessageCreateParamsNonStreaming",
)
beyond = set()
problems = []
seen = {"request": 0, "asked": 0, "answer": 0, "stream": 0, "operation": 0}


def report(path, root, lines):
    name = str(path.relative_to(root))
    for line in lines:
        known = [words for words in BEYOND if line.endswith(words)]
        beyond.update(known)
        if not known:
            problems.append(f"{name}: {line}")


def sections(path):
    """Name and content of each section of a golden, without remarks, and without empty lines at its end."""
    for section in ("\n" + path.read_bytes().decode()).split("\n=== ")[1:]:
        name, *lines = section.rstrip("\n").split("\n")
        count = next(index for index, line in enumerate([*lines, ""]) if not line.startswith("# "))
        yield name, "".join(f"{line}\n" for line in lines[count:])


def parsed(text):
    """Path with query, heads and body of a request."""
    head, body = text.split("\n\n", 1)
    line, *heads = head.split("\n")
    method, target = line.split(" ")
    assert method == "POST", line
    return target, dict(one.split(": ", 1) for one in heads), body


def request(path, name, text):
    seen["request"] += 1
    kind, streams = path.stem, name.startswith("streamed")
    target, heads, body = parsed(text)
    (form,) = {form for end, form in FORMS if target.split("?")[0].endswith(end)}
    body = json.loads(body)
    lines = []
    if kind == "vertex-claude":
        if body.pop("anthropic_version", None) != "vertex-2023-10-16" or "model" in body:
            lines.append("Vertex AI wants `anthropic_version` in the body, and no `model`")
        body["model"] = "m"
    report(path, PROVIDERS, lines + REQUESTS[form](body, streams))
    told = asked(kind, form, MODELS.get(kind), streams)
    if not told:
        return
    seen["asked"] += 1
    url, theirs = told
    ours = f"https://{heads['host']}{target}"
    # Claude Code says so in any case, and the SDK only where betas are asked for.
    if unquote(url) != unquote(ours.removesuffix("?beta=true")):
        report(path, PROVIDERS, [f"asks at {ours}, and the SDK at {url}"])
    # Our version of Anthropic's API is one of before, which each of them takes.
    versions = [side.pop("anthropic-version", None) for side in (heads, theirs)]
    if theirs and (versions[0] is None) != (versions[1] is None):
        report(path, PROVIDERS, [f"asks for the version {versions[0]}, and the SDK for {versions[1]}"])
    for name in HEADS if any(name in theirs for name in HEADS) else ():
        if name in heads and heads[name] != theirs.get(name):
            report(path, PROVIDERS, [f"has {heads[name]!r} as {name}, and the SDK {theirs.get(name)!r}"])


def events(text):
    for block in text.split("\n\n"):
        data = [line[5:].strip() for line in block.splitlines() if line.startswith("data:")]
        if data and data != ["[DONE]"]:
            yield json.loads("\n".join(data))


def answer(path, form, ending, text):
    if ending == "json":
        seen["answer"] += 1
        return report(path, PROVIDERS, ANSWERS[form](json.loads(text)))
    seen["stream"] += 1
    if ending == "events":
        items = [(kind, json.loads(payload)) for kind, payload in (line.split(" ", 1) for line in text.splitlines())]
    else:
        items = list(events(text))
    assert items, path
    for index, item in enumerate(items):
        report(path, PROVIDERS, [f"event {index}: {line}" for line in STREAMED[form](item)])


def operation(path, name, text):
    """What is sent, and what clients get."""
    seen["operation"] += 1
    case, what, *ending = name.split(".")
    if what == "request":
        target, heads, body = parsed(text)
        return report(path, OF_OPERATIONS, request_of(path.parent.name, case, target, body))
    judge = (STREAMS if ending == ["sse"] else WHOLE)[path.parent.name]
    for item in list(events(text)) if ending == ["sse"] else [json.loads(text)]:
        report(path, OF_OPERATIONS, judge(item))


def is_its_own(path, name, text):
    """What passes as it is, and is judged where it comes from; of what nobody is sent there is nothing to judge."""
    return (".answer." in name and not text) or name.endswith(".refused") or path.stem == "nowhere"


for path in sorted(PROVIDERS.glob("answers/*/*")):
    answer(path, path.name.split(".")[0], path.suffix[1:], path.read_text())
for path in sorted(PROVIDERS.glob("*/*.golden")):
    for name, text in sections(path):
        if name.endswith(".request"):
            request(path, name, text)
        elif not is_its_own(path, name, text):
            answer(path, path.parent.name, name.split(".")[-1], text)
for path in sorted(OF_OPERATIONS.glob("*/*.golden")):
    for name, text in sections(path):
        if not is_its_own(path, name, text):
            operation(path, name, text)
for path in sorted(OF_OPERATIONS.glob("*/answers/*")):
    family, case, ending = path.name.split(".")
    if ending == "mp3":
        continue
    if family == "any":
        # It passes as it is.
        operation(path.parent, f"{case}.answer.{ending}", path.read_text())
    else:
        report(path, OF_OPERATIONS, told(path.parent.parent.name, family, json.loads(path.read_text())))
if problems:
    sys.exit("\n".join(problems))
assert beyond == set(BEYOND), set(BEYOND) - beyond
assert all(seen.values()), seen
