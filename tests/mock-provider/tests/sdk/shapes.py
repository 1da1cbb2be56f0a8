"""What the SDKs say of each format: requests, answers, events of a stream, and errors."""

import base64
import warnings

import botocore.session
import typed
from anthropic.types import ErrorResponse, Message, RawMessageStreamEvent, message_create_params
from botocore.validate import ParamValidator
from google.genai import types as google
from openai.types.chat import ChatCompletion, ChatCompletionChunk, completion_create_params
from openai.types.responses import Response, ResponseStreamEvent, response_create_params

# An enum of Google's takes what it does not know, and warns.
warnings.simplefilter("error")

_SERVICE = botocore.session.Session().create_client(
    "bedrock-runtime", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b"
).meta.service_model


def _aws(value, shape):
    found = ParamValidator().validate(value, shape)
    lines = found.generate_report().splitlines() if found.has_errors() else []
    return lines + _unknown(value, shape, "$")


def _unknown(value, shape, path):
    """Members that the service does not know, and enums: botocore itself looks at neither."""
    if shape.type_name == "structure" and isinstance(value, dict):
        if getattr(shape, "is_document_type", False):
            return []
        lines = [f"{path}.{name} is no member of {shape.name}" for name in value.keys() - shape.members.keys()]
        known = value.keys() & shape.members.keys()
        return lines + [line for name in known for line in _unknown(value[name], shape.members[name], f"{path}.{name}")]
    if shape.type_name == "list" and isinstance(value, list):
        return [line for index, one in enumerate(value) for line in _unknown(one, shape.member, f"{path}[{index}]")]
    if shape.type_name == "map" and isinstance(value, dict):
        return [line for name, one in value.items() for line in _unknown(one, shape.value, f"{path}.{name}")]
    if shape.type_name == "blob":
        return _bytes(value, path)
    if getattr(shape, "enum", None) and value not in shape.enum:
        return [f"{path}: {value!r} is none of {shape.enum}"]
    return []


def _bytes(value, path):
    try:
        base64.b64decode(value, validate=True)
        return []
    except ValueError as error:
        return [f"{path}: {error}"]


def _converse_request(body, streams):
    operation = _SERVICE.operation_model("ConverseStream" if streams else "Converse")
    return _aws({"modelId": "m", **body}, operation.input_shape)


def _converse_answer(body):
    return _aws(body, _SERVICE.operation_model("Converse").output_shape)


def _converse_event(event):
    shape = _SERVICE.operation_model("ConverseStream").output_shape.members["stream"]
    kind, payload = event
    return _aws({kind: payload}, shape)


def _converse_error(body):
    return [] if isinstance(body.get("message"), str) else [f"no message in {body}"]


_GEMINI = {
    "contents": (google.Content, True),
    "systemInstruction": (google.Content, False),
    "tools": (google.Tool, True),
    "toolConfig": (google.ToolConfig, False),
    "generationConfig": (google.GenerationConfig, False),
    "safetySettings": (google.SafetySetting, True),
}


def _gemini_request(body, _streams):
    lines = []
    for name, value in body.items():
        if name not in _GEMINI:
            lines.append(f"$.{name} is no member of a request")
            continue
        kind, is_list = _GEMINI[name]
        for one in value if is_list else [value]:
            lines += typed.of_model(one, kind, f"$.{name}") + _snake(one, kind, f"$.{name}")
    return lines if body.get("contents") else [*lines, "$.contents is missing"]


def _snake(value, kind, path):
    """Google's types take both spellings; its clients of other languages do not."""
    fields = getattr(kind, "model_fields", {})
    return [f"{path}.{name} is not in camel case" for name in value if name in fields and "_" in name]


def _model(kind):
    return lambda value: typed.of_model(value, kind)


def _union(annotated, value):
    """An event of a stream, whose `type` says which of a union it is."""
    union = typed.typing.get_args(annotated)[0]
    for kind in typed.typing.get_args(union):
        names = typed.typing.get_args(kind.model_fields["type"].annotation)
        if value.get("type") in names:
            return typed.of_model(value, kind)
    return [f"$.type: {value.get('type')!r} is no event"]


def _openai_error(body):
    error = body.get("error")
    if not isinstance(error, dict):
        return [f"no error in {body}"]
    fits = isinstance(error.get("message"), str) and isinstance(error.get("type"), str)
    fits = fits and all(name in error and isinstance(error[name], (str, type(None))) for name in ("param", "code"))
    return [] if fits and body.keys() == {"error"} else [f"{body} is no error of OpenAI"]


def _google_error(body):
    error = body.get("error", {})
    fits = isinstance(error.get("code"), int) and isinstance(error.get("message"), str)
    return [] if fits and isinstance(error.get("status"), str) else [f"{body} is no error of Google"]


def _params(module, name):
    whole, streamed = (getattr(module, f"{name}{form}") for form in ("NonStreaming", "Streaming"))
    return lambda body, streams: typed.wrong(body, streamed if streams else whole)


aws, union = _aws, _union
REQUESTS = {
    "chat": _params(completion_create_params, "CompletionCreateParams"),
    "responses": _params(response_create_params, "ResponseCreateParams"),
    "messages": _params(message_create_params, "MessageCreateParams"),
    "gemini": _gemini_request,
    "converse": _converse_request,
}
ANSWERS = {
    "chat": _model(ChatCompletion),
    "responses": _model(Response),
    "messages": _model(Message),
    "gemini": _model(google.GenerateContentResponse),
    "converse": _converse_answer,
}
STREAMED = {
    "chat": _model(ChatCompletionChunk),
    "responses": lambda value: _union(ResponseStreamEvent, value),
    "messages": lambda value: _union(RawMessageStreamEvent, value),
    "gemini": _model(google.GenerateContentResponse),
    "converse": _converse_event,
}
ERRORS = {
    "chat": _openai_error,
    "responses": _openai_error,
    "messages": _model(ErrorResponse),
    "gemini": _google_error,
    "converse": _converse_error,
}
