"""The official `openai` SDK through the gateway, for what a provider keeps: files, batches and responses."""

import json

import openai
from check import HELLO, HELLO_TOKENS, KEY, URL, answer, connected, equal, every_route, fails


@connected
def connect(route):
    return openai.OpenAI(base_url=f"{URL}/{route}/v1", api_key=KEY, max_retries=0, _strict_response_validation=True)


def line(name, model):
    body = {"model": model, "input": HELLO}
    return json.dumps({"custom_id": name, "method": "POST", "url": "/v1/responses", "body": body})


def files(route, model):
    client = connect(route)
    text = f"{line('first', model)}\n{line('second', model)}\n".encode()
    made = [client.files.create(file=(f"{name}.jsonl", text), purpose="batch") for name in ("one", "two", "three")]
    equal((made[0].bytes, made[0].filename, made[0].purpose), (len(text), "one.jsonl", "batch"))
    equal(client.files.retrieve(made[0].id), made[0])
    equal(client.files.content(made[0].id).read(), text)
    # The SDK asks for page after page.
    equal([one.id for one in client.files.list(purpose="batch", limit=2, order="asc")], [one.id for one in made])
    for one in made:
        equal(client.files.delete(one.id).deleted, True)
    fails(openai.NotFoundError, lambda: client.files.retrieve(made[0].id))
    wrong = fails(openai.BadRequestError, lambda: client.files.create(file=("a.txt", b"x"), purpose="poetry"))
    assert "purpose" in str(wrong), wrong


def batches(route, model):
    client = connect(route)
    file = client.files.create(file=("b.jsonl", f"{line('first', model)}\n".encode()), purpose="batch")
    asked = {"completion_window": "24h", "endpoint": "/v1/responses", "input_file_id": file.id}
    batch = client.batches.create(**asked, metadata={"of": "tests"})
    equal((batch.status, batch.request_counts.total, batch.metadata), ("in_progress", 1, {"of": "tests"}))
    equal(client.batches.retrieve(batch.id), batch)
    assert batch.id in [one.id for one in client.batches.list(limit=1)]
    equal(client.batches.cancel(batch.id).status, "cancelling")
    fails(openai.NotFoundError, lambda: client.batches.retrieve("batch_x"))
    fails(openai.BadRequestError, lambda: client.batches.create(**asked | {"endpoint": "/v1/embeddings"}))
    client.files.delete(file.id)


def responses(route, model):
    client = connect(route)
    told = client.responses.create(model=model, input=HELLO)
    found = client.responses.retrieve(told.id)
    equal((found.id, found.output_text), (told.id, answer(model)))
    events = list(client.responses.create(model=model, input=HELLO, stream=True))
    equal(client.responses.retrieve(events[-1].response.id).output_text, answer(model))
    items = list(client.responses.input_items.list(told.id))
    equal([item.content[0].text for item in items], [HELLO])
    fails(openai.BadRequestError, lambda: client.responses.cancel(told.id))
    client.responses.delete(told.id)
    fails(openai.NotFoundError, lambda: client.responses.retrieve(told.id))


def counts(route, model):
    count = connect(route).responses.input_tokens.count
    # Azure has no such operation.
    if route == "azure":
        fails(openai.BadRequestError, lambda: count(model=model, input=HELLO))
        return
    equal(count(model=model, input=HELLO).input_tokens, HELLO_TOKENS)
    equal(count(model=model, input=[{"role": "user", "content": HELLO}]).input_tokens, HELLO_TOKENS)
    fails(openai.BadRequestError, lambda: count(model=model, input=HELLO, extra_body={"max_output_tokens": 1}))


every_route(files, batches, responses, counts)
