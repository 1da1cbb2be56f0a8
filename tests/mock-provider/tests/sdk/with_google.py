"""The official `google-genai` SDK against the mock: its types forbid members that they do not know."""

from check import ARGUMENTS, KEY, SCHEMA, URL, account, answer, equal, fails
from google import genai
from google.genai import errors as vendor
from google.genai import types

client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=URL))
FUNCTIONS = [
    types.FunctionDeclaration(name=name, description="tells the weather", parameters=SCHEMA)
    for name in ("first", "second")
]


def config(**more):
    off = types.AutomaticFunctionCallingConfig(disable=True)
    return types.GenerateContentConfig(automatic_function_calling=off, **more)


def create(model, contents="hello tide", **more):
    return client.models.generate_content(model=model, contents=contents, config=config(**more))


def stream(model, contents="hello tide", **more):
    chunks = client.models.generate_content_stream(model=model, contents=contents, config=config(**more))
    return list(chunks)


def told(chunk):
    return [(call.name, call.args) for call in chunk.function_calls or []]


def texts():
    whole = create("gemini-x", system_instruction="be brief")
    equal(whole.text, answer("gemini-x", "hello tide"))
    chunks = stream("gemini-x", system_instruction="be brief")
    equal("".join(chunk.text or "" for chunk in chunks), whole.text)
    equal(chunks[-1].usage_metadata, whole.usage_metadata)
    equal(whole.usage_metadata.prompt_token_count, 10)
    equal([chunk.candidates[0].finish_reason for chunk in chunks[-2:]], [None, "STOP"])
    equal(create("gemini-x", max_output_tokens=3).candidates[0].finish_reason, "MAX_TOKENS")
    equal(create("mock-refusal").candidates[0].finish_reason, "SAFETY")
    sums = account("generate-content", "gemini-x")
    equal((sums["settled"], sums["input_tokens"], sums["output_tokens"]), (3, 25, 27))
    equal(client.models.count_tokens(model="gemini-x", contents="hello tide").total_tokens, 5)


def thinking():
    asked = {"thinking_config": types.ThinkingConfig(include_thoughts=True)}
    whole = create("gemini-x", **asked)
    equal([part.thought for part in whole.candidates[0].content.parts], [True, None])
    equal(whole.usage_metadata.thoughts_token_count, 10)
    assert any(chunk.candidates[0].content.parts[0].thought for chunk in stream("gemini-x", **asked))
    equal(create("mock-cached").usage_metadata.cached_content_token_count, 2)


def tools():
    asked = {"tools": [types.Tool(function_declarations=FUNCTIONS)]}
    both = [("first", ARGUMENTS), ("second", ARGUMENTS)]
    whole = create("mock-tools.thinking", **asked)
    equal(told(whole), both)
    assert whole.candidates[0].content.parts[1].thought_signature
    equal([call for chunk in stream("mock-tools", **asked) for call in told(chunk)], both)
    calling = types.FunctionCallingConfig(mode="ANY", allowed_function_names=["second"])
    forced = create("gemini-x", tool_config=types.ToolConfig(function_calling_config=calling), **asked)
    equal(told(forced), both[1:])
    hello = types.Content(role="user", parts=[types.Part(text="hello")])
    results = [
        types.Part.from_function_response(name=name, response={"content": "sunny"})
        for name in ("first", "second")
    ]
    answered = lambda parts: create(
        "gemini-x", [hello, whole.candidates[0].content, types.Content(role="user", parts=parts)], **asked
    )
    equal(answered(results).candidates[0].finish_reason, "STOP")
    fails(vendor.ClientError, lambda: answered(results[:1]))
    beside = fails(vendor.ClientError, lambda: answered([*results, types.Part(text="x")]))
    equal((beside.code, beside.status), (400, "INVALID_ARGUMENT"))


def vectors():
    """By `predict`, which the SDK asks for models other than Gemini."""
    vertex = genai.Client(vertexai=True, api_key=KEY, http_options=types.HttpOptions(base_url=URL))
    config = types.EmbedContentConfig(task_type="RETRIEVAL_DOCUMENT", title="tides", output_dimensionality=3)
    told = vertex.models.embed_content(model="text-embedding-005", contents=["one", "two words"], config=config)
    equal([one.values for one in told.embeddings], [[0.5, -0.125, 0.0], [0.5, -0.25, 0.0]])
    equal([one.statistics.token_count for one in told.embeddings], [1, 2])
    equal(told.metadata.billable_character_count, 11)
    equal(account("beyond-google", "text-embedding-005")["input_tokens"], 3)
    wrong = types.EmbedContentConfig(task_type="search_query")
    refused = lambda: vertex.models.embed_content(model="text-embedding-005", contents="one", config=wrong)
    equal(fails(vendor.ClientError, refused).status, "INVALID_ARGUMENT")
    limited = lambda: vertex.models.embed_content(model="mock-fail-429", contents="one")
    equal(fails(vendor.ClientError, limited).status, "RESOURCE_EXHAUSTED")


def errors():
    limited = fails(vendor.ClientError, lambda: create("mock-fail-429.retry-after-60"))
    equal((limited.code, limited.status), (429, "RESOURCE_EXHAUSTED"))
    equal(limited.details["error"]["details"][0]["retryDelay"], "60s")
    busy = fails(vendor.ServerError, lambda: create("mock-fail-503"))
    equal(busy.status, "UNAVAILABLE")
    fails(vendor.APIError, lambda: stream("mock-error-in-200.as-503"))
    stranger = genai.Client(api_key="wrong", http_options=types.HttpOptions(base_url=URL))
    wrong = lambda: stranger.models.generate_content(model="gemini-x", contents="x")
    equal(fails(vendor.ClientError, wrong).code, 400)


texts()
thinking()
tools()
vectors()
errors()
