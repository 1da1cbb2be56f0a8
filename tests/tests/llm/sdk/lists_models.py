"""The official SDKs list the models of a gateway: `lists_models.py URL NAME...`, in order."""

import sys

import anthropic
import openai

URL = sys.argv[1]
NAMES = sys.argv[2:]
KEY = "sk-of-the-client"


def equal(got, expected):
    assert got == expected, f"{got!r} instead of {expected!r}"


of_openai = openai.OpenAI(
    base_url=f"{URL}/v1", api_key=KEY, max_retries=0, _strict_response_validation=True
)
equal([model.id for model in of_openai.models.list()], NAMES)
equal(of_openai.models.retrieve(NAMES[0]).id, NAMES[0])
try:
    of_openai.models.retrieve("absent")
    raise AssertionError("an absent model was found")
except openai.NotFoundError as error:
    equal(error.code, "model_not_found")

of_anthropic = anthropic.Anthropic(
    base_url=URL, api_key=KEY, max_retries=0, _strict_response_validation=True
)
equal([model.id for model in of_anthropic.models.list()], NAMES)
equal(of_anthropic.models.retrieve(NAMES[0]).display_name, NAMES[0])
try:
    of_anthropic.models.retrieve("absent")
    raise AssertionError("an absent model was found")
except anthropic.NotFoundError as error:
    equal(error.body["error"]["type"], "not_found_error")
