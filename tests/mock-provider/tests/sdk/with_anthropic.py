"""The official `anthropic` SDK against the mock: every answer is validated against the SDK's types."""

import anthropic
from check import ARGUMENTS, KEY, SCHEMA, URL, account, answer, equal, fails

client = anthropic.Anthropic(
    base_url=URL, api_key=KEY, max_retries=0, _strict_response_validation=True
)
HELLO = [{"role": "user", "content": "hello tide"}]
TOOLS = [
    {"name": name, "description": "tells the weather", "input_schema": SCHEMA}
    for name in ("first", "second")
]


def create(model, **more):
    return client.messages.create(**{"model": model, "max_tokens": 200, "messages": HELLO} | more)


def stream(model, **more):
    """The events, and the message that the SDK makes of them."""
    asked = {"model": model, "max_tokens": 200, "messages": HELLO} | more
    with client.messages.stream(**asked) as events:
        kinds = [event.type for event in events]
        return kinds, events.get_final_message()


def texts():
    message = create("claude-x")
    equal(message.content[0].text, answer("claude-x", "hello tide"))
    equal((message.stop_reason, message.usage.input_tokens), ("end_turn", 5))
    kinds, streamed = stream("claude-x")
    equal(streamed.content[0].text, message.content[0].text)
    equal(streamed.usage.output_tokens, message.usage.output_tokens)
    equal(kinds[0], "message_start")
    equal(kinds[-1], "message_stop")
    cut = create("claude-x", max_tokens=3)
    equal((cut.content[0].text, cut.stop_reason), ("This is a", "max_tokens"))
    equal(create("mock-refusal").stop_reason, "refusal")
    told = account("messages", "claude-x")
    equal((told["requests"], told["input_tokens"], told["output_tokens"]), (3, 15, 27))


def thinking():
    asked = {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    message = create("claude-t", **asked)
    equal([block.type for block in message.content], ["thinking", "text"])
    _, streamed = stream("claude-t", **asked)
    equal([block.type for block in streamed.content], ["thinking", "text"])
    equal(streamed.content[0], message.content[0])
    equal(message.usage.output_tokens_details.thinking_tokens, 10)
    cached = create("mock-cached.cache-write").usage
    equal((cached.cache_read_input_tokens, cached.cache_creation_input_tokens), (2, 1))
    equal(cached.input_tokens, 2)
    # What was thought goes back unchanged, signature included.
    history = [*HELLO, {"role": "assistant", "content": message.content}, *HELLO]
    equal(create("claude-t", messages=history, **asked).stop_reason, "end_turn")


def tools():
    message = create("mock-tools", tools=TOOLS)
    equal([(block.name, block.input) for block in message.content], [
        ("first", ARGUMENTS),
        ("second", ARGUMENTS),
    ])
    equal(message.stop_reason, "tool_use")
    _, streamed = stream("mock-mixed", tools=TOOLS)
    equal([block.type for block in streamed.content], ["tool_use", "text", "tool_use"])
    equal(streamed.content[2].input, ARGUMENTS)
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "sunny"}
        for block in message.content
    ]
    history = [*HELLO, {"role": "assistant", "content": message.content}]
    done = create("claude-x", tools=TOOLS, messages=[*history, {"role": "user", "content": results}])
    equal(done.stop_reason, "end_turn")
    missing = lambda: create("claude-x", tools=TOOLS, messages=[*history, *HELLO])
    assert "tool_use" in fails(anthropic.BadRequestError, missing).message
    forced = create("claude-x", tools=TOOLS, tool_choice={"type": "tool", "name": "second"})
    equal(forced.content[0].name, "second")
    counted = client.messages.count_tokens(model="claude-x", messages=HELLO, tools=TOOLS)
    equal(counted.input_tokens, 5 + 2 * 6)


def errors():
    limited = fails(anthropic.RateLimitError, lambda: create("mock-fail-429.retry-after-60"))
    equal((limited.type, limited.response.headers["retry-after"]), ("rate_limit_error", "60"))
    assert limited.response.headers["anthropic-ratelimit-requests-reset"].endswith("Z")
    equal(fails(anthropic.APIStatusError, lambda: create("mock-fail-529")).type, "overloaded_error")
    long = fails(anthropic.BadRequestError, lambda: create("mock-context-too-long"))
    assert "prompt is too long" in long.message
    for model in ("mock-error-first.as-529", "mock-error-in-200.as-529"):
        equal(fails(anthropic.APIStatusError, lambda: stream(model)).type, "overloaded_error")
    stranger = client.with_options(api_key="sk-wrong")
    wrong = lambda: stranger.messages.create(model="m", max_tokens=1, messages=HELLO)
    equal(fails(anthropic.AuthenticationError, wrong).type, "authentication_error")
    version = {"anthropic-version": "yesterday"}
    assert "anthropic-version" in fails(
        anthropic.BadRequestError, lambda: create("m", extra_headers=version)
    ).message


def on_bedrock():
    """The same by InvokeModel, whose frames the SDK parses with botocore."""
    global client
    own, client = client, anthropic.AnthropicBedrock(
        base_url=URL, api_key=KEY, aws_region="eu-west-3", max_retries=0, _strict_response_validation=True
    )
    model = "eu.anthropic.claude-x-v1:0"
    message = create(model)
    equal(message.content[0].text, answer(model, "hello tide"))
    kinds, streamed = stream(model)
    equal(streamed.content[0].text, message.content[0].text)
    equal((kinds[0], kinds[-1]), ("message_start", "message_stop"))
    equal(streamed.usage.output_tokens, message.usage.output_tokens)
    _, called = stream("anthropic.claude-mock-tools", tools=TOOLS)
    equal([block.input for block in called.content if block.type == "tool_use"], [ARGUMENTS, ARGUMENTS])
    told = account("invoke", model)
    equal((told["settled"], told["input_tokens"]), (2, 10))
    fails(anthropic.BadRequestError, lambda: create(model, max_tokens=0))
    fails(anthropic.RateLimitError, lambda: create("anthropic.claude-mock-fail-429"))
    fails(anthropic.APIError, lambda: stream("anthropic.claude-mock-error-in-200"))
    client = own


texts()
thinking()
tools()
errors()
on_bedrock()
