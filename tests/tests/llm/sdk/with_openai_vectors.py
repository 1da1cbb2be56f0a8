"""The official `openai` SDK through the gateway, for vectors of providers that have others."""

import openai
from check import KEY, URL, connected, equal, every_route


@connected
def connect(route):
    return openai.OpenAI(base_url=f"{URL}/{route}/v1", api_key=KEY, max_retries=0)


def embeds(route, model):
    # The SDK asks for base64 and unpacks it; plain numbers are those that the provider tells.
    asked = {"model": "text-embedding-005", "input": ["one", "two words"], "dimensions": 3}
    packed = connect(route).embeddings.create(**asked)
    plain = connect(route).embeddings.create(**asked, encoding_format="float")
    equal([one.embedding for one in packed.data], [one.embedding for one in plain.data])
    equal([len(one.embedding) for one in packed.data], [3, 3])
    equal((packed.usage.prompt_tokens, packed.model), (3, "text-embedding-005"))


every_route(embeds)
