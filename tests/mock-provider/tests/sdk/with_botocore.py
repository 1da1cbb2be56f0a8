"""botocore against the mock: it validates and signs each request, and parses frames with checksums.

Answers are validated against its model as well, which botocore itself does not do.
"""

import json

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError
from botocore.eventstream import ChecksumMismatch
from botocore.validate import ParamValidator
from check import ARGUMENTS, SCHEMA, URL, account, answer, equal, fails

session = botocore.session.Session()
session.set_credentials("AKIDMOCK", "mock/secret+key", "mock session token")
SETTINGS = Config(retries={"total_max_attempts": 1}, proxies={})


def connect():
    return session.create_client(
        "bedrock-runtime", region_name="eu-west-3", endpoint_url=URL, config=SETTINGS
    )


client = connect()
HELLO = [{"role": "user", "content": [{"text": "hello tide"}]}]
TOOLS = {
    "tools": [
        {"toolSpec": {"name": name, "description": "tells the weather", "inputSchema": {"json": SCHEMA}}}
        for name in ("first", "second")
    ]
}


def validate(value, shape):
    report = ParamValidator().validate(value, shape)
    assert not report.has_errors(), report.generate_report()


def output(operation):
    return client.meta.service_model.operation_model(operation).output_shape


def create(model, messages=HELLO, **more):
    response = client.converse(modelId=model, messages=messages, **more)
    response.pop("ResponseMetadata")
    validate(response, output("Converse"))
    return response


def stream(model, **more):
    events = []
    shape = output("ConverseStream").members["stream"]
    for event in client.converse_stream(modelId=model, messages=HELLO, **more)["stream"]:
        validate(event, shape)
        events.append(event)
    return events


def deltas(events, *path):
    found = []
    for event in events:
        at = event.get("contentBlockDelta", {}).get("delta", {})
        for name in path:
            at = at.get(name, {}) if isinstance(at, dict) else {}
        if isinstance(at, str):
            found.append(at)
    return "".join(found)


def texts():
    # The colon of an id is encoded on the wire, and once more where it is signed.
    model = "anthropic.claude-x-v1:0"
    whole = create(model, system=[{"text": "be brief"}])
    text = whole["output"]["message"]["content"][0]["text"]
    equal((text, whole["stopReason"]), (answer(model, "hello tide"), "end_turn"))
    events = stream(model, system=[{"text": "be brief"}])
    equal(deltas(events, "text"), text)
    equal(events[-1]["metadata"]["usage"], whole["usage"])
    equal([next(iter(event)) for event in (events[0], events[-2])], ["messageStart", "messageStop"])
    equal(create(model, inferenceConfig={"maxTokens": 3})["stopReason"], "max_tokens")
    equal(create("mock-refusal")["stopReason"], "content_filtered")
    told = account("converse", model)
    equal((told["settled"], told["input_tokens"], told["output_tokens"]), (3, 25, 27))
    create("arn:aws:bedrock:eu-west-3:123456789012:application-inference-profile/abc")


def thinking():
    asked = {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}}
    whole = create("mock-cached", **asked)
    thought = whole["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]
    events = stream("mock-cached", **asked)
    equal(deltas(events, "reasoningContent", "text"), thought["text"])
    equal(deltas(events, "reasoningContent", "signature"), thought["signature"])
    usage = whole["usage"]
    equal((usage["inputTokens"], usage["cacheReadInputTokens"]), (3, 2))
    history = [*HELLO, whole["output"]["message"], *HELLO]
    create("mock-cached", messages=history, **asked)


def tools():
    whole = create("mock-tools", toolConfig=TOOLS)["output"]["message"]
    equal([block["toolUse"]["input"] for block in whole["content"]], [ARGUMENTS, ARGUMENTS])
    events = stream("mock-tools", toolConfig=TOOLS)
    equal(deltas(events, "toolUse", "input"), '{"city":"mock"}' * 2)
    starts = [event["contentBlockStart"] for event in events if "contentBlockStart" in event]
    equal([start["start"]["toolUse"]["name"] for start in starts], ["first", "second"])
    results = [
        {"toolResult": {"toolUseId": block["toolUse"]["toolUseId"], "content": [{"text": "sunny"}]}}
        for block in whole["content"]
    ]
    answered = lambda content, **more: create(
        "claude-x", [*HELLO, whole, {"role": "user", "content": content}], **more
    )
    equal(answered(results, toolConfig=TOOLS)["stopReason"], "end_turn")
    fails(client.exceptions.ValidationException, lambda: answered(results))
    fails(client.exceptions.ValidationException, lambda: answered(results[:1], toolConfig=TOOLS))
    twice = lambda: create("claude-x", HELLO + HELLO)
    assert "alternate" in str(fails(client.exceptions.ValidationException, twice))


def errors():
    fails(client.exceptions.ThrottlingException, lambda: create("mock-fail-429"))
    fails(client.exceptions.ServiceUnavailableException, lambda: create("mock-fail-503"))
    long = fails(client.exceptions.ValidationException, lambda: create("mock-context-too-long"))
    assert "too long" in str(long)
    for model, code in [
        ("mock-error-first.as-429", "throttlingException"),
        ("mock-error-in-200.as-424", "modelStreamErrorException"),
        ("mock-error-in-200", "internalServerException"),
    ]:
        equal(fails(EventStreamError, lambda: stream(model)).response["Error"]["Code"], code)
    fails(ChecksumMismatch, lambda: stream("mock-corrupt"))


def strangers():
    global client
    for name, secret, code in [
        ("AKIDMOCK", "another secret", "InvalidSignatureException"),
        ("AKIDOTHER", "mock/secret+key", "UnrecognizedClientException"),
    ]:
        session.set_credentials(name, secret)
        client = connect()
        equal(fails(ClientError, lambda: create("claude-x")).response["Error"]["Code"], code)


ANTHROPIC = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 99}
# A body for each family, and where its words are: in a whole answer, and in a chunk.
FAMILIES = {
    "anthropic.claude-x-v1:0": (
        ANTHROPIC | {"messages": [{"role": "user", "content": "hello tide"}]},
        ("content", 0, "text"),
        ("delta", "text"),
    ),
    "amazon.nova-lite-v1:0": (
        {"schemaVersion": "messages-v1", "messages": HELLO, "inferenceConfig": {"maxTokens": 99, "topK": 9}},
        ("output", "message", "content", 0, "text"),
        ("contentBlockDelta", "delta", "text"),
    ),
    "amazon.titan-text-express-v1": (
        {"inputText": "hello tide", "textGenerationConfig": {"maxTokenCount": 99}},
        ("results", 0, "outputText"),
        ("outputText",),
    ),
    "meta.llama3-8b-instruct-v1:0": (
        {"prompt": "hello tide", "max_gen_len": 99},
        ("generation",),
        ("generation",),
    ),
    "mistral.mistral-7b-instruct-v0:2": (
        {"prompt": "hello tide", "max_tokens": 99},
        ("outputs", 0, "text"),
        ("outputs", 0, "text"),
    ),
    "openai.gpt-oss-20b-1:0": (
        {"messages": [{"role": "user", "content": "hello tide"}], "max_completion_tokens": 99},
        ("choices", 0, "message", "content"),
        ("choices", 0, "delta", "content"),
    ),
}


def found(value, path):
    for name in path:
        try:
            value = value[name]
        except (KeyError, IndexError):
            return None
    return value


def invoke(model, body):
    told = client.invoke_model(modelId=model, body=json.dumps(body))
    head = told.pop("ResponseMetadata")["HTTPHeaders"]
    validate(told, output("InvokeModel"))
    return json.loads(told["body"].read()), head


def invoke_streamed(model, body):
    told = client.invoke_model_with_response_stream(modelId=model, body=json.dumps(body))
    told.pop("ResponseMetadata")
    shape = output("InvokeModelWithResponseStream")
    chunks = []
    for event in told.pop("body"):
        validate(event, shape.members["body"])
        chunks.append(json.loads(event["chunk"]["bytes"]))
    validate({"body": {}, **told}, shape)
    return chunks


def invocations():
    for model, (body, of_whole, of_chunk) in FAMILIES.items():
        whole, head = invoke(model, body)
        equal(found(whole, of_whole), answer(model, "hello tide"))
        chunks = invoke_streamed(model, body)
        equal("".join(found(chunk, of_chunk) or "" for chunk in chunks), answer(model, "hello tide"))
        metrics = chunks[-1]["amazon-bedrock-invocationMetrics"]
        counts = [str(metrics[name]) for name in ("inputTokenCount", "outputTokenCount")]
        equal([head[f"x-amzn-bedrock-{name}-token-count"] for name in ("input", "output")], counts)
        told = account("invoke", model)
        equal((told["settled"], str(told["input_tokens"] // 2)), (2, counts[0]))
        unknown = client.exceptions.ValidationException
        if not model.startswith("openai"):
            fails(unknown, lambda: invoke(model, body | {"max_words": 1}))
        fails(unknown, lambda: invoke(model, {}))
    fails(client.exceptions.ValidationException, lambda: invoke("tide.wave-v1", {"prompt": "x"}))
    body = FAMILIES["meta.llama3-8b-instruct-v1:0"][0]
    fails(client.exceptions.ThrottlingException, lambda: invoke("meta.llama-mock-fail-429", body))
    broken = fails(EventStreamError, lambda: invoke_streamed("meta.llama-mock-error-in-200", body))
    equal(broken.response["Error"]["Code"], "internalServerException")
    # Vectors are not streamed.
    vectors = {"inputText": "hello tide"}
    equal(invoke("amazon.titan-embed-text-v2:0", vectors)[0]["embedding"], [0.5, -0.25])
    streamed = lambda: invoke_streamed("amazon.titan-embed-text-v2:0", vectors)
    fails(client.exceptions.ValidationException, streamed)


def others():
    """Counts of tokens, and orders of documents, which are of the agents' runtime."""
    asked = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1}
    asked["messages"] = [{"role": "user", "content": "hello tide"}]
    counted = client.count_tokens(
        modelId="anthropic.claude-x", input={"invokeModel": {"body": json.dumps(asked)}}
    )
    counted.pop("ResponseMetadata")
    validate(counted, output("CountTokens"))
    equal(counted["inputTokens"], 41)
    agents = session.create_client(
        "bedrock-agent-runtime", region_name="eu-west-3", endpoint_url=URL, config=SETTINGS
    )
    model = agents.meta.service_model.operation_model("Rerank")
    # What the gateway sends: botocore validates it before it goes.
    ranked = agents.rerank(
        queries=[{"type": "TEXT", "textQuery": {"text": "q"}}],
        sources=[
            {
                "type": "INLINE",
                "inlineDocumentSource": {"type": "TEXT", "textDocument": {"text": text}},
            }
            for text in ("a", "b")
        ],
        rerankingConfiguration={
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {
                "modelConfiguration": {
                    "modelArn": "arn:aws:bedrock:eu-west-3::foundation-model/cohere.rerank-v3-5:0"
                },
                "numberOfResults": 1,
            },
        },
    )
    ranked.pop("ResponseMetadata")
    validate(ranked, model.output_shape)
    equal([one["index"] for one in ranked["results"]], [1])


texts()
thinking()
tools()
errors()
invocations()
others()
strangers()
