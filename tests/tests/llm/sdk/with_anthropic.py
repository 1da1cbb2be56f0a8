"""The official `anthropic` SDK through the gateway: messages, whoever answers."""

import anthropic
from pydantic import BaseModel
from check import (
    ANSWER_TOKENS,
    ARGUMENTS,
    BOTH,
    HELLO,
    HELLO_TOKENS,
    IMAGE,
    IMAGE_TOKENS,
    KEY,
    LINK,
    SCHEMA,
    SYSTEM,
    SYSTEM_TOKENS,
    THINKING,
    THOUGHT,
    THOUGHT_TOKENS,
    URL,
    WITHOUT_LINKS,
    answer,
    connected,
    equal,
    every_route,
    fails,
)

LONG = "so many words " * 9
MESSAGES = [{"role": "user", "content": HELLO}]
TOOLS = [
    {"name": name, "description": "tells the weather", "input_schema": SCHEMA}
    for name in ("first", "second")
]


@connected
def connect(route):
    return anthropic.Anthropic(
        base_url=f"{URL}/{route}", api_key=KEY, max_retries=0, _strict_response_validation=True
    )


def create(route, model, **more):
    asked = {"model": model, "max_tokens": 200, "messages": MESSAGES} | more
    return connect(route).messages.create(**asked)


def stream(route, model, **more):
    """The message that the SDK makes of the events, which begin and end as they must."""
    asked = {"model": model, "max_tokens": 200, "messages": MESSAGES} | more
    with connect(route).messages.stream(**asked) as events:
        kinds = [event.type for event in events]
        equal((kinds[0], kinds[-1]), ("message_start", "message_stop"))
        equal((kinds.count("message_start"), kinds.count("message_stop")), (1, 1))
        return events.get_final_message()


def called(message):
    return [(block.name, block.input) for block in message.content if block.type == "tool_use"]


def text(route, model):
    for ask in (create, stream):
        got = ask(route, model, system=SYSTEM)
        equal([block.type for block in got.content], ["text"])
        equal(got.content[0].text, answer(model))
        equal((got.stop_reason, got.model, got.role), ("end_turn", model, "assistant"))
        counts = (got.usage.input_tokens, got.usage.output_tokens)
        equal(counts, (HELLO_TOKENS + SYSTEM_TOKENS, ANSWER_TOKENS))
        # Responses are never cut below 16.
        cut = ask(route, model, max_tokens=16, messages=[{"role": "user", "content": LONG}])
        equal((len(cut.content[0].text.split()), cut.stop_reason), (16, "max_tokens"))


def tools(route, model):
    asking = f"{model}-mock-tools"
    for ask in (create, stream):
        got = ask(route, asking, tools=TOOLS)
        equal((called(got), got.stop_reason), (BOTH, "tool_use"))
        calls = [block for block in got.content if block.type == "tool_use"]
        equal(len({block.id for block in calls}), 2)
        results = [
            {"type": "tool_result", "tool_use_id": block.id, "content": "sunny"} for block in calls
        ]
        made = [
            {"type": "tool_use", "id": block.id, "name": block.name, "input": block.input}
            for block in calls
        ]
        history = [
            *MESSAGES,
            {"role": "assistant", "content": made},
            {"role": "user", "content": [*results, {"type": "text", "text": HELLO}]},
        ]
        done = ask(route, model, tools=TOOLS, messages=history)
        equal((done.content[-1].text, done.stop_reason), (answer(model), "end_turn"))
    forced = create(route, model, tools=TOOLS, tool_choice={"type": "tool", "name": "second"})
    equal(called(forced), [("second", ARGUMENTS)])


class Weather(BaseModel):
    """What an answer is to be."""

    city: str
    celsius: float


def images(route, model):
    """Bytes reach every provider; a link is refused, not left out, where the provider takes none."""
    for source in (
        {"type": "base64", "media_type": "image/png", "data": IMAGE},
        {"type": "url", "url": LINK},
    ):
        content = [{"type": "image", "source": source}, {"type": "text", "text": HELLO}]
        ask = lambda: create(route, model, messages=[{"role": "user", "content": content}])
        # In one format on both sides it is for the provider to refuse.
        refused = [route for route in WITHOUT_LINKS if route != "vertexai-claude"]
        if source["type"] == "url" and route in refused:
            assert "image" in str(fails(anthropic.BadRequestError, ask))
        else:
            equal(ask().usage.input_tokens, HELLO_TOKENS + IMAGE_TOKENS)


def structured(route, model):
    """The SDK makes the schema, and reads what fits it."""
    got = connect(route).messages.parse(model=model, max_tokens=200, messages=MESSAGES, output_format=Weather)
    equal(got.parsed_output, Weather(city="mock", celsius=1.5))


def thoughts(route, model):
    asking = f"{model}-{THINKING}"
    for ask in (create, stream):
        got = ask(route, asking, max_tokens=4096, thinking={"type": "enabled", "budget_tokens": 1024})
        equal([block.type for block in got.content], ["thinking", "text"])
        equal((got.content[0].thinking, got.content[1].text), (THOUGHT, answer(asking)))
        equal(got.usage.output_tokens, ANSWER_TOKENS + THOUGHT_TOKENS)


def cached(route, model):
    """What came from a cache is beside the input."""
    for ask in (create, stream):
        usage = ask(route, f"{model}-mock-cached").usage
        equal((usage.input_tokens, usage.cache_read_input_tokens), (HELLO_TOKENS - 2, 2))


def errors(route, model):
    limited = fails(
        anthropic.RateLimitError, lambda: create(route, f"{model}-mock-fail-429.retry-after-60")
    )
    equal((limited.type, limited.response.headers["retry-after"]), ("rate_limit_error", "60"))
    equal(fails(anthropic.InternalServerError, lambda: create(route, f"{model}-mock-fail-500")).type, "api_error")
    broken = f"{model}-mock-error-in-200"
    equal(fails(anthropic.APIStatusError, lambda: stream(route, broken)).type, "api_error")


every_route(text, tools, images, structured, thoughts, cached, errors)
