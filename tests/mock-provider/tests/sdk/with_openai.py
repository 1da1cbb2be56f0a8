"""The official `openai` SDK against the mock: every answer is validated against the SDK's types."""

import json

import openai
from check import ARGUMENTS, KEY, SCHEMA, URL, account, answer, equal, fails, script

client = openai.OpenAI(
    base_url=f"{URL}/v1", api_key=KEY, max_retries=0, _strict_response_validation=True
)
HELLO = [{"role": "user", "content": "hello tide"}]
FUNCTIONS = [
    {"type": "function", "name": name, "description": "tells the weather", "parameters": SCHEMA, "strict": False}
    for name in ("first", "second")
]
TOOLS = [
    {"type": "function", "function": {key: one[key] for key in ("name", "description", "parameters")}}
    for one in FUNCTIONS
]


def chat(model, **more):
    return client.chat.completions.create(**{"model": model, "messages": HELLO} | more)


def streamed_chat(model, **more):
    """The message that the SDK makes of the events."""
    with client.chat.completions.stream(model=model, messages=HELLO, **more) as events:
        for _ in events:
            pass
        return events.get_final_completion()


def respond(model, **more):
    return client.responses.create(**{"model": model, "input": "hello tide"} | more)


def streamed(model, **more):
    """The events, numbered without a gap."""
    events = list(respond(model, stream=True, **more))
    equal([event.sequence_number for event in events], list(range(len(events))))
    return events


def chats():
    whole = chat("gpt-x")
    equal(whole.choices[0].message.content, answer("gpt-x", "hello tide"))
    counts = {"include_usage": True}
    same = streamed_chat("gpt-x", stream_options=counts)
    equal(same.choices[0].message.content, whole.choices[0].message.content)
    equal(same.usage, whole.usage)
    calls = chat("mock-tools", tools=TOOLS).choices[0]
    equal(calls.finish_reason, "tool_calls")
    equal([call.function.name for call in calls.message.tool_calls], ["first", "second"])
    for model in ("mock-tools", "mock-interleave"):
        same = streamed_chat(model, tools=TOOLS).choices[0].message.tool_calls
        equal([json.loads(call.function.arguments) for call in same], [ARGUMENTS, ARGUMENTS])
    cached = chat("mock-cached.thinking").usage
    equal((cached.prompt_tokens, cached.prompt_tokens_details.cached_tokens), (5, 2))
    equal(cached.completion_tokens_details.reasoning_tokens, 10)
    equal(chat("mock-refusal").choices[0].finish_reason, "content_filter")
    told = account("chat", "gpt-x")
    equal((told["settled"], told["input_tokens"], told["output_tokens"]), (2, 10, 24))
    history = [*HELLO, calls.message.model_dump(exclude_none=True)]
    fails(openai.BadRequestError, lambda: chat("gpt-x", messages=[*history, *HELLO]))
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": "sunny"}
        for call in calls.message.tool_calls
    ]
    equal(chat("gpt-x", messages=history + results).choices[0].finish_reason, "stop")


def responses():
    whole = respond("gpt-x")
    equal((whole.output_text, whole.status), (answer("gpt-x", "hello tide"), "completed"))
    last = streamed("gpt-x")[-1]
    equal((last.type, last.response.output_text), ("response.completed", whole.output_text))
    equal(last.response.usage, whole.usage)
    limited = respond("gpt-x", input="so many words " * 9, max_output_tokens=16)
    equal((limited.status, limited.incomplete_details.reason), ("incomplete", "max_output_tokens"))
    calls = respond("mock-tools", tools=FUNCTIONS).output
    equal([(call.name, json.loads(call.arguments)) for call in calls], [
        ("first", ARGUMENTS),
        ("second", ARGUMENTS),
    ])
    events = streamed("mock-tools", tools=FUNCTIONS)
    equal([item.name for item in events[-1].response.output], ["first", "second"])
    thought = {"reasoning": {"effort": "low"}, "include": ["reasoning.encrypted_content"]}
    item = respond("gpt-x", **thought).output[0]
    assert item.type == "reasoning" and item.encrypted_content
    kinds = {event.type for event in streamed("gpt-x", **thought)}
    assert "response.reasoning_summary_text.done" in kinds, kinds
    equal(respond("mock-refusal").incomplete_details.reason, "content_filter")
    history = [{"role": "user", "content": "hello"}, *(call.model_dump(exclude_none=True) for call in calls)]
    results = [
        {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"} for call in calls
    ]
    equal(respond("gpt-x", input=history + results).status, "completed")
    fails(openai.BadRequestError, lambda: respond("gpt-x", input=history))


def embeddings():
    # The SDK asks for base64 and unpacks it behind its own validation, which wants numbers.
    lenient = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
    packed = lenient.embeddings.create(model="embed", input=["one", "two words"])
    plain = client.embeddings.create(model="embed", input=["one", "two words"], encoding_format="float")
    equal([one.embedding for one in packed.data], [one.embedding for one in plain.data])
    equal((packed.usage.total_tokens, account("embeddings", "embed")["input_tokens"]), (3, 6))


def beyond():
    asked = {"model": "old", "prompt": "so many words", "stream": True}
    # The type of a chunk is that of a whole answer: strictly, it has no place for the `null` of those that do not end it.
    lenient = openai.OpenAI(base_url=f"{URL}/v1", api_key=KEY, max_retries=0)
    chunks = list(lenient.completions.create(**asked, stream_options={"include_usage": True}))
    equal("".join(chunk.choices[0].text for chunk in chunks[:-1]), "after all")
    equal((chunks[-1].usage.prompt_tokens, chunks[-1].usage.completion_tokens), (3, 4))
    equal(len(list(lenient.completions.create(**asked))), 2)
    equal(account("beyond", "old")["settled"], 1)
    draw = {"model": "gpt-image-x", "prompt": "a tide"}
    events = list(client.images.generate(**draw, stream=True, partial_images=2))
    equal([event.type for event in events], ["image_generation.partial_image"] * 2 + ["image_generation.completed"])
    equal(events[-1].usage.total_tokens, client.images.generate(**draw).usage.total_tokens)
    picture = ("tide.png", b"a picture", "image/png")
    edited = client.images.edit(**draw, image=[picture, picture], mask=picture, n=2)
    equal((len(edited.data), edited.usage.input_tokens_details.image_tokens), (2, 100))
    events = list(client.images.edit(**draw, image=picture, stream=True))
    equal([event.type for event in events], ["image_edit.completed"])
    equal(len(client.images.create_variation(image=picture, n=2).data), 2)
    fails(openai.BadRequestError, lambda: client.images.generate(**draw, n=11))
    fails(openai.BadRequestError, lambda: client.images.generate(**draw, extra_body={"frames": 1}))
    fails(openai.BadRequestError, lambda: client.images.edit(**draw, image=("a.png", b"")))
    sounds()


def sounds():
    recording = {"model": "hear-x", "file": ("a.wav", b"a recording")}
    hear = client.audio.transcriptions.create
    events = list(hear(**recording, stream=True))
    equal("".join(event.delta for event in events[:-1]), events[-1].text)
    equal(events[-1].usage.total_tokens, hear(**recording).usage.total_tokens)
    equal(hear(**recording, response_format="verbose_json").segments[0].text, "as was said")
    equal(hear(**recording, response_format="text"), "as was said\n")
    equal(client.audio.translations.create(**recording).text, "as was said")
    equal(client.audio.translations.create(**recording, response_format="verbose_json").duration, 1)
    fails(openai.BadRequestError, lambda: hear(**recording, language="en", extra_body={"speed": 2}))
    whisper = recording | {"model": "whisper-1"}
    fails(openai.BadRequestError, lambda: list(hear(**whisper, stream=True)))
    speech = {"model": "tts-x", "input": "hello", "voice": "alloy"}
    with client.audio.speech.with_streaming_response.create(**speech, response_format="wav") as spoken:
        equal(spoken.headers["content-type"], "audio/wav")
    fails(openai.BadRequestError, lambda: client.audio.speech.create(**speech, speed=9))
    fails(openai.RateLimitError, lambda: client.audio.speech.create(**speech | {"model": "mock-fail-429"}))


def kept():
    request = {"custom_id": "a", "method": "POST", "url": "/v1/responses", "body": {"model": "m", "input": "x"}}
    file = client.files.create(file=("b.jsonl", json.dumps(request).encode()), purpose="batch")
    equal(client.files.content(file.id).read(), json.dumps(request).encode())
    equal([one.id for one in client.files.list(limit=1)], [file.id])
    asked = {"completion_window": "24h", "endpoint": "/v1/responses", "input_file_id": file.id}
    batch = client.batches.create(**asked)
    equal([one.id for one in client.batches.list()], [batch.id])
    equal(client.batches.cancel(batch.id).status, "cancelling")
    fails(openai.BadRequestError, lambda: client.batches.create(**asked | {"endpoint": "/v1/videos"}))
    equal(client.files.delete(file.id).deleted, True)
    fails(openai.NotFoundError, lambda: client.files.content(file.id))
    told = respond("gpt-x")
    equal(client.responses.retrieve(told.id).output_text, told.output_text)
    equal([item.content[0].text for item in client.responses.input_items.list(told.id)], ["hello tide"])
    fails(openai.BadRequestError, lambda: client.responses.cancel(told.id))
    client.responses.delete(told.id)
    fails(openai.NotFoundError, lambda: client.responses.retrieve(told.id))
    fails(openai.NotFoundError, lambda: client.responses.retrieve(respond("gpt-x", store=False).id))
    equal(client.responses.input_tokens.count(model="gpt-x", input="hello tide").input_tokens, 5)


def errors():
    limited = fails(openai.RateLimitError, lambda: chat("mock-fail-429.retry-after-60"))
    equal((limited.code, limited.response.headers["retry-after"]), ("rate_limit_exceeded", "60"))
    equal(limited.response.headers["x-ratelimit-reset-tokens"], "60s")
    long = fails(openai.BadRequestError, lambda: respond("mock-context-too-long"))
    equal(long.code, "context_length_exceeded")
    fails(openai.APIError, lambda: list(chat("mock-error-in-200", stream=True)))
    equal([event.type for event in streamed("mock-error-first")], ["error"])
    failed = streamed("mock-error-in-200.as-429")[-1]
    equal((failed.type, failed.response.error.code), ("response.failed", "rate_limit_exceeded"))
    # A script is for each request once, whatever its model.
    script("fail-503", "healthy")
    fails(openai.InternalServerError, lambda: chat("gpt-x"))
    equal(chat("mock-fail-500").choices[0].finish_reason, "stop")


chats()
responses()
embeddings()
beyond()
kept()
errors()
