"""What the vendors' own SDKs ask each kind of provider with: the URL, and what is in the head by the kind.

Nothing is sent: each client's transport notes the request and answers with nothing of use.
"""

import botocore.session
import google.auth.credentials
import httpx2
import anthropic
import openai
from google import genai

HEADS = ("anthropic-version", "api-key", "authorization", "x-api-key", "x-goog-api-key")
_TEXT = [{"role": "user", "content": "hello"}]
_PARTS = [{"role": "user", "content": [{"text": "hello"}]}]


class _Noted(Exception):
    pass


def _note(work):
    """URL and heads of the request that `work` makes with a client that it is given."""
    found = []

    def handler(request):
        found.append((str(request.url), {name.lower(): value for name, value in request.headers.items()}))
        return httpx2.Response(400, json={"error": {"message": "noted", "type": "invalid_request_error"}})

    client = httpx2.Client(transport=httpx2.MockTransport(handler))
    try:
        work(client)
    except (anthropic.APIStatusError, openai.APIStatusError, genai.errors.APIError):
        pass
    (one,) = found
    return one


def _of_openai(client, form, model, streams):
    def work(http):
        api = client(http)
        if form == "chat":
            api.chat.completions.create(model=model, messages=_TEXT, stream=streams)
        else:
            api.responses.create(model=model, input="hello", stream=streams)

    return _note(work)


def _of_anthropic(client, model, streams):
    return _note(lambda http: client(http).messages.create(model=model, max_tokens=9, messages=_TEXT, stream=streams))


def _of_google(options, model, streams):
    def work(http):
        version = "v1" if options.get("vertexai") else "v1beta"
        api = genai.Client(**options, http_options=genai.types.HttpOptions(httpx_client=http, api_version=version))
        if streams:
            list(api.models.generate_content_stream(model=model, contents="hello"))
        else:
            api.models.generate_content(model=model, contents="hello")

    return _note(work)


def _of_bedrock(model, streams):
    api = botocore.session.Session().create_client(
        "bedrock-runtime", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b"
    )
    found = []

    def note(request, **_):
        found.append((request.url, {}))
        raise _Noted

    api.meta.events.register("before-send.bedrock-runtime.*", note)
    try:
        (api.converse_stream if streams else api.converse)(modelId=model, messages=_PARTS)
    except _Noted:
        pass
    (one,) = found
    return one


class _Token(google.auth.credentials.Credentials):
    """A token that is there already."""

    def __init__(self):
        super().__init__()
        self.token = "KEY"

    @property
    def expired(self):
        return False

    def refresh(self, _):
        raise AssertionError("the token is there")


_AZURE = "https://tides.openai.azure.com"
_FOUNDRY = "https://tides.services.ai.azure.com"
_VERTEX = "aiplatform.googleapis.com/v1/projects/tides/locations"
# Google's surfaces for clients of OpenAI.
_SURFACES = {
    ("gemini", "chat"): ("https://generativelanguage.googleapis.com/v1beta/openai/", "AIzaKEY"),
    ("vertex-gemini", "chat"): (f"https://{_VERTEX}/global/endpoints/openapi", "KEY"),
    ("vertex-llama", "chat"): (f"https://us-east5-{_VERTEX}/us-east5/endpoints/openapi", "KEY"),
}


def asked(kind, form, model, streams):
    """URL and heads by which the SDK for this kind of provider asks in this format; `None` where there is no such SDK."""
    if kind == "openai":
        return _of_openai(lambda http: openai.OpenAI(api_key="KEY", http_client=http), form, model, streams)
    if kind == "custom-chat":
        own = dict(base_url="https://llm.example/v1", api_key="KEY")
        return _of_openai(lambda http: openai.OpenAI(**own, http_client=http), form, model, streams)
    if kind in ("azure-openai", "foundry-openai"):
        # As Microsoft says for `v1`: the client of OpenAI at another base. It knows another place for the key, which is taken too.
        own = dict(base_url=f"{_AZURE if kind == 'azure-openai' else _FOUNDRY}/openai/v1/", api_key="KEY")
        return _of_openai(lambda http: openai.OpenAI(**own, http_client=http), form, model, streams)[0], {}
    if kind == "azure-openai-dated":
        own = dict(azure_endpoint=_AZURE, api_version="2024-10-21", api_key="KEY")
        return _of_openai(lambda http: openai.AzureOpenAI(**own, http_client=http), form, model, streams)
    if kind == "anthropic":
        url, heads = _of_anthropic(lambda http: anthropic.Anthropic(api_key="KEY", http_client=http), model, streams)
        # With its newer version a key is a token; with ours it is in `x-api-key`, as the reference of that version has it.
        return url, {name: value for name, value in heads.items() if name != "authorization"}
    if kind == "foundry-claude":
        own = dict(resource="tides", api_key="KEY")
        return _of_anthropic(lambda http: anthropic.AnthropicFoundry(**own, http_client=http), model, streams)
    if kind == "vertex-claude":
        own = dict(region="europe-west1", project_id="tides", access_token="KEY")
        return _of_anthropic(lambda http: anthropic.AnthropicVertex(**own, http_client=http), model, streams)
    if (kind, form) in _SURFACES:
        base, key = _SURFACES[kind, form]
        return _of_openai(lambda http: openai.OpenAI(base_url=base, api_key=key, http_client=http), form, model, streams)
    if kind == "gemini":
        return _of_google(dict(api_key="AIzaKEY", vertexai=False), model, streams)
    if kind == "vertex-gemini":
        own = dict(vertexai=True, project="tides", location="global", credentials=_Token())
        return _of_google(own, model, streams)
    if kind.startswith("bedrock-"):
        return _of_bedrock(model, streams)
    return None
