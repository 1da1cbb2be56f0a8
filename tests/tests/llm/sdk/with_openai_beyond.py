"""The official `openai` SDK through the gateway, for what is no conversation."""

import io

import openai
from check import HELLO, HELLO_TOKENS, KEY, URL, connected, equal, every_route, fails

SOUND = bytes([0xFF, 0xFB, 0x90, 0x00, 0x00, 0xC3, 0x28, 0x7B])


@connected
def connect(route):
    return openai.OpenAI(
        base_url=f"{URL}/{route}/v1", api_key=KEY, max_retries=0, _strict_response_validation=True
    )


@connected
def connect_loosely(route):
    """The SDK checks vectors before it has unpacked them: strictly, it refuses the base64 that it asks for by itself."""
    return openai.OpenAI(base_url=f"{URL}/{route}/v1", api_key=KEY, max_retries=0)


def embeds(route, model):
    # Packed without a word from us; what it unpacks must be what comes unpacked, which is checked strictly.
    found = connect_loosely(route).embeddings.create(model=model, input=["one", "two words"], dimensions=3)
    plain = connect(route).embeddings.create(
        model=model, input=["one", "two words"], dimensions=3, encoding_format="float"
    )
    equal([one.embedding for one in found.data], [one.embedding for one in plain.data])
    equal(found.usage.prompt_tokens, 3)
    equal(found.model, model)


def embeds_tokens(route, model):
    found = connect(route).embeddings.create(model=model, input=[[1, 2], [3]], encoding_format="float")
    equal(len(found.data), 2)


def completes(route, model):
    told = connect(route).completions.create(model=model, prompt="so many words")
    equal(told.choices[0].text, "after all")
    equal((told.usage.prompt_tokens, told.usage.completion_tokens), (3, 4))


def completes_bit_by_bit(route, model):
    asked = {"model": model, "prompt": "so many words", "stream": True, "stream_options": {"include_usage": True}}
    # The type of a chunk is that of a whole answer: strictly, it has no place for the `null` of those that do not end it.
    chunks = list(connect_loosely(route).completions.create(**asked))
    equal("".join(chunk.choices[0].text for chunk in chunks[:-1]), "after all")
    equal(chunks[-1].usage.total_tokens, 7)


def moderates(route, model):
    told = connect(route).moderations.create(model=model, input="so many words")
    equal(told.results[0].flagged, False)


def draws(route, model):
    told = connect(route).images.generate(model=model, prompt="a tide")
    equal(told.usage.output_tokens, 4)


def draws_bit_by_bit(route, model):
    events = list(connect(route).images.generate(model=model, prompt="a tide", stream=True, partial_images=2))
    equal([event.type.split(".")[1] for event in events], ["partial_image", "partial_image", "completed"])
    equal([event.partial_image_index for event in events[:-1]], [0, 1])
    equal(events[-1].usage.total_tokens, 6)


def draws_anew(route, model):
    picture = ("tide.png", io.BytesIO(SOUND), "image/png")
    images = connect(route).images
    told = images.edit(model=model, prompt="a tide", image=[picture, picture], mask=picture, n=2)
    equal((len(told.data), told.usage.input_tokens_details.image_tokens), (2, 100))
    events = list(images.edit(model=model, prompt="a tide", image=picture, stream=True, partial_images=1))
    equal([event.type for event in events], ["image_edit.partial_image", "image_edit.completed"])
    equal(len(images.create_variation(model=model, image=picture).data), 1)


def speaks(route, model):
    told = connect(route).audio.speech.create(model=model, input="hello", voice="alloy")
    equal(told.read(), SOUND)


def hears(route, model):
    recording = ("a.wav", io.BytesIO(SOUND * 1000))
    told = connect(route).audio.transcriptions.create(model=model, file=recording)
    equal(told.text, "as was said")


def hears_bit_by_bit(route, model):
    recording = {"model": model, "file": ("a.wav", io.BytesIO(SOUND * 1000))}
    events = list(connect(route).audio.transcriptions.create(**recording, stream=True))
    equal("".join(event.delta for event in events[:-1]), "as was said")
    equal((events[-1].text, events[-1].usage.total_tokens), ("as was said", 11))
    whole = connect(route).audio.transcriptions.create(**recording, response_format="verbose_json")
    equal(whole.segments[0].text, "as was said")
    equal(connect(route).audio.transcriptions.create(**recording, response_format="text"), "as was said\n")
    equal(connect(route).audio.translations.create(**recording).text, "as was said")


def speaks_bit_by_bit(route, model):
    asked = {"model": model, "input": "hello", "voice": "alloy", "response_format": "wav"}
    with connect(route).audio.speech.with_streaming_response.create(**asked) as spoken:
        equal((spoken.headers["content-type"], spoken.read()), ("audio/wav", SOUND))
    with connect(route).audio.speech.with_streaming_response.create(**asked, stream_format="sse") as spoken:
        kinds = [line for line in spoken.iter_lines() if line.startswith("event: ")]
    equal(kinds, ["event: speech.audio.delta", "event: speech.audio.done"])


def talks(route, model):
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": HELLO}]}
    with connect(route).realtime.connect(model=model) as session:
        equal(session.recv().session.model, model)
        session.conversation.item.create(item=item)
        session.response.create(response={"output_modalities": ["text"]})
        said = []
        for event in session:
            if event.type == "response.output_text.delta":
                said.append(event.delta)
            if event.type == "response.done":
                break
    equal("".join(said), f"This is {model} in session. You said: {HELLO}")
    equal((event.response.usage.input_tokens, event.response.usage.output_tokens), (HELLO_TOKENS, 9))


def tells_errors(route, model):
    error = fails(openai.BadRequestError, lambda: connect(route).embeddings.create(model=model, input=""))
    assert "empty" in str(error), error


every_route(
    embeds,
    embeds_tokens,
    completes,
    completes_bit_by_bit,
    moderates,
    draws,
    draws_bit_by_bit,
    draws_anew,
    speaks,
    speaks_bit_by_bit,
    hears,
    hears_bit_by_bit,
    talks,
    tells_errors,
)
