"""The official `openai` SDK through the gateway: chat completions and responses, whoever answers."""

import json

import openai
from pydantic import BaseModel
from check import (
    ANSWER_TOKENS,
    BOTH,
    HELLO,
    HELLO_TOKENS,
    IMAGE,
    IMAGE_TOKENS,
    KEY,
    LINK,
    LINKS_BY_FORMAT,
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

FUNCTIONS = [
    {"type": "function", "name": name, "description": "tells the weather", "parameters": SCHEMA, "strict": False}
    for name in ("first", "second")
]
TOOLS = [
    {"type": "function", "function": {key: one[key] for key in ("name", "description", "parameters")}}
    for one in FUNCTIONS
]
LONG = "so many words " * 9
MESSAGES = [{"role": "user", "content": HELLO}]
COUNTS = {"include_usage": True}


@connected
def connect(route):
    return openai.OpenAI(
        base_url=f"{URL}/{route}/v1", api_key=KEY, max_retries=0, _strict_response_validation=True
    )


def chat(route, model, messages=MESSAGES, **more):
    return connect(route).chat.completions.create(model=model, messages=messages, **more)


def streamed_chat(route, model, messages=MESSAGES, **more):
    """The message that the SDK makes of the events."""
    with connect(route).chat.completions.stream(model=model, messages=messages, **more) as events:
        for _ in events:
            pass
        return events.get_final_completion()


def respond(route, model, asked=HELLO, **more):
    return connect(route).responses.create(model=model, input=asked, **more)


def response_events(route, model, asked=HELLO, **more):
    """Numbered without a gap."""
    events = list(respond(route, model, asked, stream=True, **more))
    equal([event.sequence_number for event in events], list(range(len(events))))
    equal(events[0].type, "response.created")
    return events


def streamed_response(route, model, asked=HELLO, **more):
    """The response of the last event, which is what the others add up to."""
    events = response_events(route, model, asked, **more)
    last = events[-1].response
    equal(events[-1].type, f"response.{last.status}")
    told = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    equal(told, last.output_text)
    return last


def called(calls):
    return [(call.name, json.loads(call.arguments)) for call in calls]


def chat_text(route, model):
    whole = chat(route, model, [{"role": "system", "content": SYSTEM}, *MESSAGES])
    same = streamed_chat(
        route, model, [{"role": "system", "content": SYSTEM}, *MESSAGES], stream_options=COUNTS
    )
    for got in (whole, same):
        equal(len(got.choices), 1)
        equal(got.choices[0].message.content, answer(model))
        equal((got.choices[0].finish_reason, got.model), ("stop", model))
        usage = got.usage
        counts = (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens)
        given = HELLO_TOKENS + SYSTEM_TOKENS
        equal(counts, (given, ANSWER_TOKENS, given + ANSWER_TOKENS))
    # Nobody asked for counts: none may come, though the gateway reads them.
    equal(streamed_chat(route, model).usage, None)


def chat_cut(route, model):
    # Responses are never cut below 16.
    asked = [{"role": "user", "content": LONG}]
    for limit in ({"max_tokens": 16}, {"max_completion_tokens": 16}):
        choice = chat(route, model, asked, **limit).choices[0]
        equal((len(choice.message.content.split()), choice.finish_reason), (16, "length"))
        # The SDK's own streams raise what the end says.
        stopped = fails(openai.LengthFinishReasonError, lambda: streamed_chat(route, model, asked, **limit))
        choice = stopped.completion.choices[0]
        equal((len(choice.message.content.split()), choice.finish_reason), (16, "length"))


def chat_tools(route, model):
    asking = f"{model}-mock-tools"
    for ask in (chat, streamed_chat):
        choice = ask(route, asking, tools=TOOLS).choices[0]
        calls = choice.message.tool_calls
        equal(called(call.function for call in calls), BOTH)
        equal(len({call.id for call in calls}), 2)
        equal(choice.finish_reason, "tool_calls")
        made = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.function.name, "arguments": call.function.arguments},
            }
            for call in calls
        ]
        results = [{"role": "tool", "tool_call_id": call.id, "content": "sunny"} for call in calls]
        history = [*MESSAGES, {"role": "assistant", "tool_calls": made}, *results, *MESSAGES]
        done = ask(route, model, history, tools=TOOLS).choices[0]
        equal((done.message.content, done.finish_reason), (answer(model), "stop"))
    choice = {"type": "function", "function": {"name": "second"}}
    forced = chat(route, model, tools=TOOLS, tool_choice=choice).choices[0].message
    equal(called(call.function for call in forced.tool_calls), BOTH[1:])
    never = chat(route, model, tools=TOOLS, tool_choice="none").choices[0].message
    equal((never.content, never.tool_calls), (answer(model), None))


def response_text(route, model):
    whole = respond(route, model, instructions=SYSTEM)
    same = streamed_response(route, model, instructions=SYSTEM)
    for got in (whole, same):
        equal((got.output_text, got.status, got.model), (answer(model), "completed", model))
        given = HELLO_TOKENS + SYSTEM_TOKENS
        usage = got.usage
        counts = (usage.input_tokens, usage.output_tokens, usage.total_tokens)
        equal(counts, (given, ANSWER_TOKENS, given + ANSWER_TOKENS))


def response_cut(route, model):
    for ask in (respond, streamed_response):
        cut = ask(route, model, LONG, max_output_tokens=16)
        equal((cut.status, cut.incomplete_details.reason), ("incomplete", "max_output_tokens"))
        equal(len(cut.output_text.split()), 16)


def response_tools(route, model):
    asking = f"{model}-mock-tools"
    for ask in (respond, streamed_response):
        whole = ask(route, asking, tools=FUNCTIONS)
        calls = [item for item in whole.output if item.type == "function_call"]
        equal(called(calls), BOTH)
        equal((len({call.call_id for call in calls}), whole.status), (2, "completed"))
        made = [call.model_dump(exclude_none=True) for call in calls]
        results = [
            {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls
        ]
        history = [*MESSAGES, *made, *results, *MESSAGES]
        done = ask(route, model, history, tools=FUNCTIONS)
        equal((done.output_text, done.status), (answer(model), "completed"))
    forced = respond(route, model, tools=FUNCTIONS, tool_choice={"type": "function", "name": "second"})
    equal(called(item for item in forced.output if item.type == "function_call"), BOTH[1:])


class Weather(BaseModel):
    """What an answer is to be."""

    city: str
    celsius: float


WEATHER = Weather(city="mock", celsius=1.5)


def images(route, model):
    """Bytes reach every provider; a link is refused, not left out, where the provider takes none."""
    for url in (f"data:image/png;base64,{IMAGE}", LINK):
        parts = [{"type": "text", "text": HELLO}, {"type": "image_url", "image_url": {"url": url}}]
        items = [{"type": "input_text", "text": HELLO}, {"type": "input_image", "detail": "auto", "image_url": url}]
        ask = lambda: chat(route, model, [{"role": "user", "content": parts}]).usage.prompt_tokens
        ask_response = lambda: respond(route, model, [{"role": "user", "content": items}]).usage.input_tokens
        for work in (ask, ask_response):
            try:
                equal(work(), HELLO_TOKENS + IMAGE_TOKENS)
                assert url != LINK or route not in WITHOUT_LINKS
            except openai.BadRequestError as refused:
                assert url == LINK and route in (*WITHOUT_LINKS, *LINKS_BY_FORMAT), refused
                assert "image" in str(refused), refused


def structured(route, model):
    """The SDK makes the schema, and reads what fits it."""
    parsed = connect(route).chat.completions.parse(model=model, messages=MESSAGES, response_format=Weather)
    equal(parsed.choices[0].message.parsed, WEATHER)
    with connect(route).chat.completions.stream(
        model=model, messages=MESSAGES, response_format=Weather
    ) as events:
        equal(events.get_final_completion().choices[0].message.parsed, WEATHER)
    equal(connect(route).responses.parse(model=model, input=HELLO, text_format=Weather).output_parsed, WEATHER)
    with connect(route).responses.stream(model=model, input=HELLO, text_format=Weather) as events:
        equal(events.get_final_response().output_parsed, WEATHER)


def thoughts(route, model):
    """Reasoning comes as an item of its own, streamed too; its tokens are counted where the provider counts them."""
    asking = f"{model}-{THINKING}"
    for ask in (respond, streamed_response):
        got = ask(route, asking, reasoning={"effort": "low", "summary": "auto"})
        kinds = [item.type for item in got.output]
        equal((kinds, got.output_text), (["reasoning", "message"], answer(asking)))
        said = got.output[0].summary or got.output[0].content
        equal("".join(part.text for part in said), THOUGHT)
        equal(got.usage.output_tokens, ANSWER_TOKENS + THOUGHT_TOKENS)
    got = chat(route, asking, reasoning_effort="low")
    equal(got.choices[0].message.content, answer(asking))
    equal(got.usage.completion_tokens, ANSWER_TOKENS + THOUGHT_TOKENS)


def cached(route, model):
    """What came from a cache is part of the input."""
    asking = f"{model}-mock-cached"
    for got in (chat(route, asking), streamed_chat(route, asking, stream_options=COUNTS)):
        equal((got.usage.prompt_tokens, got.usage.prompt_tokens_details.cached_tokens), (HELLO_TOKENS, 2))
    for ask in (respond, streamed_response):
        usage = ask(route, asking).usage
        equal((usage.input_tokens, usage.input_tokens_details.cached_tokens), (HELLO_TOKENS, 2))


def errors(route, model):
    limited = fails(openai.RateLimitError, lambda: chat(route, f"{model}-mock-fail-429.retry-after-60"))
    equal(limited.response.headers["retry-after"], "60")
    limited = fails(openai.RateLimitError, lambda: respond(route, f"{model}-mock-fail-429"))
    assert limited.body["message"], limited.body
    fails(openai.InternalServerError, lambda: chat(route, f"{model}-mock-fail-500"))
    broken = f"{model}-mock-error-in-200"
    fails(openai.APIError, lambda: streamed_chat(route, broken))
    last = response_events(route, broken)[-1]
    equal((last.type, last.response.error.code), ("response.failed", "server_error"))


every_route(
    chat_text,
    chat_cut,
    chat_tools,
    response_text,
    response_cut,
    response_tools,
    images,
    structured,
    thoughts,
    cached,
    errors,
)
