"""The official `anthropic` SDK through the gateway, for what is no conversation."""

import anthropic
from check import HELLO, HELLO_TOKENS, KEY, URL, connected, equal, every_route


@connected
def connect(route):
    return anthropic.Anthropic(base_url=f"{URL}/{route}", api_key=KEY, max_retries=0)


def counts(route, model):
    told = connect(route).messages.count_tokens(
        model=model, messages=[{"role": "user", "content": HELLO}]
    )
    equal(told.input_tokens, HELLO_TOKENS)


every_route(counts)
