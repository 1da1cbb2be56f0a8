"""What the SDKs say of operations besides conversations: requests by where they go, answers by what was asked."""

import base64
import json

import botocore.session
import typed
from anthropic.types import Message, MessageTokensCount, message_count_tokens_params
from google.genai import types as google
from openai.types import (
    Completion,
    CreateEmbeddingResponse,
    ImageGenStreamEvent,
    ImagesResponse,
    completion_create_params,
    embedding_create_params,
    image_generate_params,
)
from openai.types.audio import Transcription, TranscriptionStreamEvent, speech_create_params
from openai.types.responses import input_token_count_params, input_token_count_response
from shapes import REQUESTS, aws, union

_AGENT = botocore.session.Session().create_client(
    "bedrock-agent-runtime", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b"
).meta.service_model
_RUNTIME = botocore.session.Session().create_client(
    "bedrock-runtime", region_name="eu-west-3", aws_access_key_id="a", aws_secret_access_key="b"
).meta.service_model


def _params(module, name):
    return lambda body, _: typed.wrong(body, getattr(module, name))


def _either(module, name):
    """With the members of a stream where the case is one."""
    return lambda body, case: typed.wrong(
        body, getattr(module, f"{name}{'Streaming' if case == 'streamed' else 'NonStreaming'}")
    )


def _rerank_of_bedrock(body, _):
    return aws(body, _AGENT.operation_model("Rerank").input_shape)


def _count_of_bedrock(body, _):
    inner = json.loads(base64.b64decode(body["input"]["invokeModel"]["body"], validate=True))
    return _of_claude(inner, aws({"modelId": "m", **body}, _RUNTIME.operation_model("CountTokens").input_shape))


def _of_claude(body, lines):
    """Anthropic's, as Bedrock takes it."""
    if body.pop("anthropic_version", None) != "bedrock-2023-05-31":
        lines.append("Bedrock wants `anthropic_version` in the body")
    return lines + REQUESTS["messages"]({"model": "m", **body}, False)


def _count_of_vertex(body, _):
    body.pop("anthropic_version", None)
    return typed.wrong(body, message_count_tokens_params.MessageCountTokensParams)


def _members(required, optional=()):
    """For bodies that no SDK has a type for: after the vendor's reference."""

    def judge(body, _=None):
        missing = [f"$.{name} is missing" for name in required if name not in body]
        return missing + [f"$.{name} is unknown" for name in body if name not in (*required, *optional)]

    return judge


_OF_COHERE = _members(("model", "query", "documents"), ("top_n", "return_documents", "max_tokens_per_doc"))
# Of each operation, the judges of requests by what is in the path; the first that is in it says what the body is.
_REQUESTS = {
    "completions": (("", _either(completion_create_params, "CompletionCreateParams")),),
    "count-tokens": (
        ("/model/", _count_of_bedrock),
        ("rawPredict", _count_of_vertex),
        ("", _params(message_count_tokens_params, "MessageCountTokensParams")),
    ),
    "embeddings": (
        ("titan", _members(("inputText",), ("dimensions", "normalize", "embeddingTypes"))),
        ("cohere", _members(("texts", "input_type"), ("output_dimension", "truncate", "embedding_types"))),
        ("nova", _members(("taskType", "singleEmbeddingParams"))),
        (":predict", _members(("instances",), ("parameters",))),
        ("", _params(embedding_create_params, "EmbeddingCreateParams")),
    ),
    "gemini-count-tokens": (("", lambda body, _: REQUESTS["gemini"](body, False)),),
    "images": (("", _either(image_generate_params, "ImageGenerateParams")),),
    "input-tokens": (("", _params(input_token_count_params, "InputTokenCountParams")),),
    "invoke": (("", lambda body, _: _of_claude(body, [])),),
    "rerank": (
        (":rank", _members(("model", "query", "records"), ("topN", "ignoreRecordDetailsInResponse"))),
        ("/v1/rerank", _OF_COHERE),
        ("/v2/rerank", _OF_COHERE),
        ("/rerank", _rerank_of_bedrock),
    ),
    "speech": (("", _params(speech_create_params, "SpeechCreateParams")),),
}
# Forms: their model is where theirs was, and each part is whole.
_FORMS = ("image-edits", "transcriptions")


def request(operation, case, target, body):
    """What is wrong with the request of a case."""
    if operation in _FORMS:
        parts = body.count('--tide\r\nContent-Disposition: form-data; name="')
        return [] if body.endswith("--tide--\r\n") and parts == 3 and body.count('name="model"') == 1 else ["no whole form"]
    judges = _REQUESTS[operation]
    return next(judge for mark, judge in judges if mark in target)(json.loads(body), case)


def _model(kind):
    return lambda value: typed.of_model(value, kind)


def _reranked(body):
    lines = _members(("results", "meta"), ("id",))(body)
    for one in body["results"]:
        lines += _members(("index", "relevance_score"), ("document",))(one)
    return lines


def told(operation, family, body):
    """What is wrong with what a provider of its own shape tells, where it has a model of its service."""
    if (operation, family) == ("rerank", "bedrock"):
        return aws(body, _AGENT.operation_model("Rerank").output_shape)
    if (operation, family) == ("count-tokens", "bedrock-claude"):
        return aws(body, _RUNTIME.operation_model("CountTokens").output_shape)
    return []


def _embedded(body):
    """The type has numbers only; what is Base64 is read by the SDK before."""
    for one in body["data"]:
        if isinstance(one["embedding"], str):
            assert len(base64.b64decode(one["embedding"], validate=True)) % 4 == 0
            one["embedding"] = [0.5]
    return typed.of_model(body, CreateEmbeddingResponse)


# Of each operation, the judge of an answer, and that of each event of a stream.
WHOLE = {
    "completions": _model(Completion),
    "count-tokens": _model(MessageTokensCount),
    "embeddings": _embedded,
    "gemini-count-tokens": _model(google.CountTokensResponse),
    "image-edits": _model(ImagesResponse),
    "images": _model(ImagesResponse),
    "input-tokens": _model(input_token_count_response.InputTokenCountResponse),
    "invoke": _model(Message),
    "rerank": _reranked,
    "transcriptions": _model(Transcription),
}
STREAMS = {
    "completions": _model(Completion),
    "images": lambda value: union(ImageGenStreamEvent, value),
    "transcriptions": lambda value: union(TranscriptionStreamEvent, value),
}
