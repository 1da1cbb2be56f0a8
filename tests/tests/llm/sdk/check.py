"""What the scripts beside this one share: the gateway's routes, what the mock answers, and how a failure tells its place."""

import functools
import sys

URL = sys.argv[1].rstrip("/")
# One route each, with the model that its provider is asked for.
ROUTES = dict(one.split("=", 1) for one in sys.argv[2:])
# The client's own, which no provider takes.
KEY = "sk-of-the-client"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
ARGUMENTS = {"city": "mock"}
BOTH = [("first", ARGUMENTS), ("second", ARGUMENTS)]
# Words of `hello tide` and three for a message; a system prompt of two words is five more.
HELLO = "hello tide"
HELLO_TOKENS = 5
SYSTEM = "be brief"
SYSTEM_TOKENS = 5


def answer(model, said=HELLO):
    return f"This is a mock provider answering as {model}. You said: {said}"


# The mock's tokens for an image, and the smallest one there is.
IMAGE_TOKENS = 50
IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
LINK = "https://images.test/tide.png"
# Providers that take bytes and no links, and those whose own format takes none from clients of another.
WITHOUT_LINKS = ("bedrock", "vertexai-claude")
LINKS_BY_FORMAT = ("gemini", "vertexai")
# What the mock says that it thinks; chat completions of servers such as vLLM tell it, too, OpenAI's never do.
THINKING = "mock-reasoning-content"
THOUGHT = "The user wants an answer, so I shall give one."
THOUGHT_TOKENS = 10
# Words of an answer to `hello tide`.
ANSWER_TOKENS = len(answer("m").split())


def connected(connect):
    """One client for each route: making one costs more than asking it."""
    return functools.cache(connect)


def equal(got, expected):
    assert got == expected, f"{got!r} instead of {expected!r}"


def fails(kind, work):
    """What `work` raises, which must be of this kind."""
    try:
        result = work()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__} but {result!r}")


def every_route(*checks):
    """Runs each check with each route, and fails with all that failed."""
    wrong = []
    for route, model in ROUTES.items():
        for check in checks:
            try:
                check(route, model)
            except Exception as error:  # whatever an SDK raises
                wrong.append(f"{check.__name__} at {route}: {type(error).__name__}: {error}")
    if wrong:
        sys.exit("\n".join(wrong))
