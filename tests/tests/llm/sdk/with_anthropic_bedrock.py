"""The official `anthropic` SDK as a client of Bedrock: by InvokeModel, whose frames it parses with botocore.

Its key is the client's own, which no provider gets.
"""

import anthropic
from check import BOTH, HELLO, HELLO_TOKENS, KEY, SCHEMA, URL, answer, connected, equal, every_route, fails

TOOLS = [{"name": name, "description": "tells the weather", "input_schema": SCHEMA} for name in ("first", "second")]
HISTORY = [{"role": "user", "content": HELLO}]


@connected
def connect(route):
    return anthropic.AnthropicBedrock(
        base_url=f"{URL}/{route}", api_key=KEY, aws_region="eu-west-3", max_retries=0, _strict_response_validation=True
    )


def create(route, model, **more):
    return connect(route).messages.create(**{"model": model, "max_tokens": 200, "messages": HISTORY} | more)


def stream(route, model, **more):
    asked = {"model": model, "max_tokens": 200, "messages": HISTORY} | more
    with connect(route).messages.stream(**asked) as events:
        return events.get_final_message()


def says(route, model):
    whole, streamed = create(route, model), stream(route, model)
    equal(whole.content[0].text, answer(model))
    equal(streamed.content[0].text, whole.content[0].text)
    equal((whole.usage.input_tokens, streamed.usage.input_tokens), (HELLO_TOKENS, HELLO_TOKENS))
    equal(streamed.usage.output_tokens, whole.usage.output_tokens)


def calls(route, model):
    for ask in (create, stream):
        told = ask(route, f"{model}-mock-tools", tools=TOOLS)
        equal([(block.name, block.input) for block in told.content], BOTH)


def thinks(route, model):
    asked = {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    whole, streamed = create(route, model, **asked), stream(route, model, **asked)
    equal(streamed.content[0], whole.content[0])
    history = [*HISTORY, {"role": "assistant", "content": whole.content}, *HISTORY]
    equal(create(route, model, messages=history, **asked).stop_reason, "end_turn")


def errors(route, model):
    fails(anthropic.RateLimitError, lambda: create(route, f"{model}-mock-fail-429"))
    fails(anthropic.BadRequestError, lambda: create(route, f"{model}-mock-context-too-long"))
    fails(anthropic.APIError, lambda: stream(route, f"{model}-mock-error-in-200"))


every_route(says, calls, thinks, errors)
