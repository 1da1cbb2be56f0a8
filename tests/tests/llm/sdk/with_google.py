"""The official `google-genai` SDK through the gateway: generateContent, whoever answers."""

import base64

from check import (
    ANSWER_TOKENS,
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
from google import genai
from google.genai import errors as vendor
from google.genai import types
from pydantic import BaseModel

FUNCTIONS = [
    types.FunctionDeclaration(name=name, description="tells the weather", parameters=SCHEMA)
    for name in ("first", "second")
]
# Providers that count tokens in this format.
COUNTING = ("gemini", "vertexai")
TOOLS = {"tools": [types.Tool(function_declarations=FUNCTIONS)]}


@connected
def connect(route):
    # Clients of Vertex AI have paths of their own.
    is_of_vertex = route == "vertexai"
    at = types.HttpOptions(base_url=f"{URL}/{route}")
    return genai.Client(vertexai=is_of_vertex, api_key=KEY, http_options=at)


def asked(model, contents, more):
    off = types.AutomaticFunctionCallingConfig(disable=True)
    config = types.GenerateContentConfig(automatic_function_calling=off, **more)
    return {"model": model, "contents": contents, "config": config}


def create(route, model, contents=HELLO, **more):
    return [connect(route).models.generate_content(**asked(model, contents, more))]


def stream(route, model, contents=HELLO, **more):
    return list(connect(route).models.generate_content_stream(**asked(model, contents, more)))


def told(chunks):
    return "".join(part.text for chunk in chunks for part in parts(chunk) if part.text)


def called(chunks):
    return [(call.name, call.args) for chunk in chunks for call in chunk.function_calls or []]


def parts(chunk):
    content = chunk.candidates[0].content if chunk.candidates else None
    return content.parts or [] if content else []


def finish(chunks):
    """Why it ended, which one chunk says."""
    reasons = [one.finish_reason for chunk in chunks for one in chunk.candidates or [] if one.finish_reason]
    equal(len(reasons), 1)
    return reasons[0]


def text(route, model):
    for ask in (create, stream):
        got = ask(route, model, system_instruction=SYSTEM)
        equal((told(got), finish(got)), (answer(model), "STOP"))
        usage = got[-1].usage_metadata
        given = HELLO_TOKENS + SYSTEM_TOKENS
        counts = (usage.prompt_token_count, usage.candidates_token_count, usage.total_token_count)
        equal(counts, (given, ANSWER_TOKENS, given + ANSWER_TOKENS))
        cut = ask(route, model, max_output_tokens=3)
        equal((told(cut).strip(), finish(cut)), ("This is a", "MAX_TOKENS"))


def tools(route, model):
    hello = types.Content(role="user", parts=[types.Part(text=HELLO)])
    for ask in (create, stream):
        got = ask(route, f"{model}-mock-tools", **TOOLS)
        equal((called(got), finish(got)), (BOTH, "STOP"))
        made = [part for chunk in got for part in parts(chunk) if part.function_call]
        results = [
            types.Part(
                function_response=types.FunctionResponse(
                    id=part.function_call.id, name=part.function_call.name, response={"content": "sunny"}
                )
            )
            for part in made
        ]
        history = [
            hello,
            types.Content(role="model", parts=made),
            types.Content(role="user", parts=results),
            hello,
        ]
        done = ask(route, model, history, **TOOLS)
        equal((told(done), finish(done)), (answer(model), "STOP"))
    calling = types.FunctionCallingConfig(mode="ANY", allowed_function_names=["second"])
    forced = create(route, model, tool_config=types.ToolConfig(function_calling_config=calling), **TOOLS)
    equal(called(forced), BOTH[1:])


class Weather(BaseModel):
    """What an answer is to be."""

    city: str
    celsius: float


def images(route, model):
    """Bytes reach every provider; a link is refused, not left out, where the provider takes none."""
    for part in (
        types.Part.from_bytes(data=base64.b64decode(IMAGE), mime_type="image/png"),
        types.Part.from_uri(file_uri=LINK, mime_type="image/png"),
    ):
        contents = types.Content(role="user", parts=[types.Part(text=HELLO), part])
        ask = lambda: create(route, model, contents)[0].usage_metadata.prompt_token_count
        if part.file_data and route in WITHOUT_LINKS:
            equal(fails(vendor.ClientError, ask).status, "INVALID_ARGUMENT")
        else:
            equal(ask(), HELLO_TOKENS + IMAGE_TOKENS)


def structured(route, model):
    """The SDK makes the schema, in both spellings, and reads what fits it."""
    for schema in ({"response_schema": Weather}, {"response_json_schema": Weather.model_json_schema()}):
        got = create(route, model, response_mime_type="application/json", **schema)[0]
        equal(Weather.model_validate_json(got.text), Weather(city="mock", celsius=1.5))


def thoughts(route, model):
    asking = f"{model}-{THINKING}"
    for ask in (create, stream):
        thinking = types.ThinkingConfig(include_thoughts=True, thinking_budget=1024)
        got = ask(route, asking, max_output_tokens=4096, thinking_config=thinking)
        said = {True: "", False: ""}
        for chunk in got:
            for part in parts(chunk):
                said[bool(part.thought)] += part.text or ""
        equal(said, {True: THOUGHT, False: answer(asking)})
        usage = got[-1].usage_metadata
        # Thoughts are beside what was said; who does not tell them apart has them in it.
        equal((usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0), ANSWER_TOKENS + THOUGHT_TOKENS)


def cached(route, model):
    """What came from a cache is part of the prompt."""
    for ask in (create, stream):
        usage = ask(route, f"{model}-mock-cached")[-1].usage_metadata
        equal((usage.prompt_token_count, usage.cached_content_token_count), (HELLO_TOKENS, 2))


def counts(route, model):
    """Who speaks the format counts; of others nobody asks, and no count is made up."""
    picture = types.Part.from_bytes(data=base64.b64decode(IMAGE), mime_type="image/png")
    shown = types.Content(role="user", parts=[types.Part(text=HELLO), picture])
    for contents, tokens in ((HELLO, HELLO_TOKENS), (shown, HELLO_TOKENS + IMAGE_TOKENS)):
        ask = lambda: connect(route).models.count_tokens(model=model, contents=contents)
        if route in COUNTING:
            equal(ask().total_tokens, tokens)
        else:
            refused = fails(vendor.ClientError, ask)
            equal((refused.code, refused.status), (400, "INVALID_ARGUMENT"))
            assert "count_tokens is not offered" in refused.message, refused.message


def errors(route, model):
    limited = fails(vendor.ClientError, lambda: create(route, f"{model}-mock-fail-429"))
    equal((limited.code, limited.status), (429, "RESOURCE_EXHAUSTED"))
    failed = fails(vendor.ServerError, lambda: create(route, f"{model}-mock-fail-500"))
    equal((failed.code, failed.status), (500, "INTERNAL"))
    fails(vendor.APIError, lambda: stream(route, f"{model}-mock-error-in-200"))


every_route(text, tools, images, structured, thoughts, cached, counts, errors)
