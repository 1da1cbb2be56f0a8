"""botocore through the gateway: it escapes what an ARN has in a path, signs, and parses frames with checksums.

Its signature is the client's own, which no provider gets. Answers are validated against its model.
"""

import json

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from botocore.validate import ParamValidator
from check import ARGUMENTS, HELLO, SCHEMA, SYSTEM, URL, answer, connected, equal, every_route, fails

session = botocore.session.Session()
session.set_credentials("AKIDCLIENT", "of/the+client", "a session of the client")
ARNS = [
    "arn:aws:bedrock:eu-west-3:123456789012:inference-profile/eu.anthropic.claude-x-v1:0",
    "arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc",
    "arn:aws:bedrock:eu-west-3::foundation-model/anthropic.claude-x",
]
ASKED = [{"role": "user", "content": [{"text": HELLO}]}]
TOOLS = {"tools": [{"toolSpec": {"name": name, "inputSchema": {"json": SCHEMA}}} for name in ("first", "second")]}


@connected
def client(route):
    settings = Config(retries={"total_max_attempts": 1}, proxies={})
    return session.create_client(
        "bedrock-runtime", region_name="eu-west-3", endpoint_url=f"{URL}/{route}", config=settings
    )


def output(route, operation):
    return client(route).meta.service_model.operation_model(operation).output_shape


def validated(value, shape):
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()
    return value


def create(route, model, **more):
    response = client(route).converse(modelId=model, **{"messages": ASKED, **more})
    response.pop("ResponseMetadata")
    return validated(response, output(route, "Converse"))


def stream(route, model, **more):
    events = client(route).converse_stream(modelId=model, **{"messages": ASKED, **more})["stream"]
    shape = output(route, "ConverseStream").members["stream"]
    return [validated(event, shape) for event in events]


def deltas(events, *path):
    found = []
    for event in events:
        at = event.get("contentBlockDelta", {}).get("delta", {})
        for name in path:
            at = at.get(name, {}) if isinstance(at, dict) else {}
        found += [at] if isinstance(at, str) else []
    return "".join(found)


def text_of_models_and_profiles(route, model):
    for name in [model, "anthropic.claude-x-v1:0", *ARNS]:
        whole = create(route, name, system=[{"text": SYSTEM}])
        text = whole["output"]["message"]["content"][0]["text"]
        equal((text, whole["stopReason"]), (answer(name), "end_turn"))
        events = stream(route, name, system=[{"text": SYSTEM}])
        equal(deltas(events, "text"), text)
        equal(events[-1]["metadata"]["usage"], whole["usage"])


def tools(route, model):
    whole = create(route, "mock-tools", toolConfig=TOOLS)["output"]["message"]
    equal([block["toolUse"]["input"] for block in whole["content"]], [ARGUMENTS, ARGUMENTS])
    events = stream(route, "mock-tools", toolConfig=TOOLS)
    equal(json.loads(deltas(events, "toolUse", "input").removesuffix('{"city":"mock"}')), ARGUMENTS)
    results = [
        {"toolResult": {"toolUseId": block["toolUse"]["toolUseId"], "content": [{"text": "sunny"}]}}
        for block in whole["content"]
    ]
    history = [*ASKED, whole, {"role": "user", "content": results}]
    equal(create(route, model, messages=history, toolConfig=TOOLS)["stopReason"], "end_turn")


def thoughts_and_cache(route, model):
    asked = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}
    whole = create(route, "mock-cached", **asked)
    thought = whole["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]
    events = stream(route, "mock-cached", **asked)
    equal(deltas(events, "reasoningContent", "text"), thought["text"])
    equal(deltas(events, "reasoningContent", "signature"), thought["signature"])
    equal((whole["usage"]["inputTokens"], whole["usage"]["cacheReadInputTokens"]), (3, 2))


# What each family takes; the mock checks it, and the gateway reads as much as it needs.
BODIES = {
    "eu.anthropic.claude-x-v1:0": {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 99,
        "messages": [{"role": "user", "content": HELLO}],
    },
    "amazon.nova-lite-v1:0": {"messages": ASKED, "inferenceConfig": {"max_new_tokens": 99}},
    "amazon.titan-text-express-v1": {"inputText": HELLO, "textGenerationConfig": {"maxTokenCount": 99}},
    "meta.llama3-8b-instruct-v1:0": {"prompt": HELLO, "max_gen_len": 99},
    "mistral.mistral-7b-instruct-v0:2": {"prompt": HELLO, "max_tokens": 99},
    "openai.gpt-oss-20b-1:0": {"messages": [{"role": "user", "content": HELLO}], "max_completion_tokens": 99},
}


def families(route, model):
    """Whole and streamed: bytes pass as they are, frames keep their checksums."""
    for name, body in BODIES.items():
        told = client(route).invoke_model(modelId=name, body=json.dumps(body))
        head = told.pop("ResponseMetadata")["HTTPHeaders"]
        validated(told, output(route, "InvokeModel"))
        assert answer(name) in told["body"].read().decode(), name
        told = client(route).invoke_model_with_response_stream(modelId=name, body=json.dumps(body))
        shape = output(route, "InvokeModelWithResponseStream")
        equal(told["contentType"], "application/json")
        events = [validated(event, shape.members["body"]) for event in told["body"]]
        metrics = json.loads(events[-1]["chunk"]["bytes"])["amazon-bedrock-invocationMetrics"]
        equal(head["x-amzn-bedrock-output-token-count"], str(metrics["outputTokenCount"]))
    body = json.dumps(BODIES["meta.llama3-8b-instruct-v1:0"])
    exceptions = client(route).exceptions
    asked = {"modelId": "meta.llama3-8b-instruct-v1:0", "body": json.dumps({"prompt": HELLO, "max_words": 1})}
    fails(exceptions.ValidationException, lambda: client(route).invoke_model(**asked))
    stream = client(route).invoke_model_with_response_stream(modelId="meta.llama-mock-error-in-200", body=body)
    fails(EventStreamError, lambda: list(stream["body"]))


def invoked(route, model):
    for name in ["amazon.titan-embed-text-v2:0", f"{ARNS[2]}.titan-embed"]:
        told = client(route).invoke_model(modelId=name, body=json.dumps({"inputText": HELLO}))
        body = json.loads(told["body"].read())
        equal(body["embedding"], [0.5, -0.25])


def errors(route, model):
    exceptions = client(route).exceptions
    fails(exceptions.ThrottlingException, lambda: create(route, "mock-fail-429"))
    long = fails(exceptions.ValidationException, lambda: create(route, "mock-context-too-long"))
    assert "too long" in str(long)
    fails((EventStreamError, ClientError), lambda: stream(route, "mock-error-in-200"))


every_route(text_of_models_and_profiles, tools, thoughts_and_cache, families, invoked, errors)
