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


def moderates(route, model):
    told = connect(route).moderations.create(model=model, input="so many words")
    equal(told.results[0].flagged, False)


def draws(route, model):
    told = connect(route).images.generate(model=model, prompt="a tide")
    equal(told.usage.output_tokens, 4)


def speaks(route, model):
    told = connect(route).audio.speech.create(model=model, input="hello", voice="alloy")
    equal(told.read(), SOUND)


def hears(route, model):
    recording = ("a.wav", io.BytesIO(SOUND * 1000))
    told = connect(route).audio.transcriptions.create(model=model, file=recording)
    equal(told.text, "as was said")


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


every_route(embeds, embeds_tokens, completes, moderates, draws, speaks, hears, talks, tells_errors)
