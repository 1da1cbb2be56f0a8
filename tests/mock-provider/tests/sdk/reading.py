"""What the SDKs make of answers: a server on this machine tells them, and they tell what they read."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import anthropic
import openai
from google import genai
from google.genai import errors as google_errors

_TEXT = [{"role": "user", "content": "hello"}]


class _Teller(BaseHTTPRequestHandler):
    told = (200, "application/json", b"")

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"] or 0))
        status, kind, body = _Teller.told
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


_server = HTTPServer(("127.0.0.1", 0), _Teller)
threading.Thread(target=_server.serve_forever, daemon=True).start()
_URL = f"http://127.0.0.1:{_server.server_port}"
_openai = openai.OpenAI(base_url=f"{_URL}/v1", api_key="k", max_retries=0)
_anthropic = anthropic.Anthropic(base_url=_URL, api_key="k", max_retries=0)
_google = genai.Client(
    api_key="k",
    vertexai=False,
    http_options=genai.types.HttpOptions(base_url=_URL, retry_options=genai.types.HttpRetryOptions(attempts=1)),
)


def _chat(name, streams):
    asked = dict(model="m", messages=_TEXT)
    if streams:
        options = {"include_usage": True}
        with _openai.chat.completions.stream(**asked, stream_options=options) as stream:
            list(stream)
            # The final one is an error of the SDK where the answer was cut or refused.
            found = stream.current_completion_snapshot
    else:
        found = _openai.chat.completions.create(**asked)
    choice = found.choices[0]
    calls = [(call.id, call.function.name, json.loads(call.function.arguments)) for call in choice.message.tool_calls or []]
    usage = found.usage and (found.usage.prompt_tokens, found.usage.completion_tokens)
    return choice.message.content or "", calls, choice.finish_reason, usage


def _responses(name, streams):
    if streams:
        with _openai.responses.stream(model="m", input="hello") as stream:
            final = [event.response for event in stream if event.type in ("response.completed", "response.incomplete")]
        (found,) = final
    else:
        found = _openai.responses.create(model="m", input="hello")
    calls = [(one.call_id, one.name, json.loads(one.arguments)) for one in found.output if one.type == "function_call"]
    kinds = [one.type for one in found.output]
    usage = found.usage and (found.usage.input_tokens, found.usage.output_tokens)
    return found.output_text, calls, found.status, kinds, usage


def _messages(name, streams):
    asked = dict(model="m", max_tokens=9, messages=_TEXT)
    if streams:
        with _anthropic.messages.stream(**asked) as stream:
            found = stream.get_final_message()
    else:
        found = _anthropic.messages.create(**asked)
    blocks = [
        (block.type, getattr(block, "text", None) or getattr(block, "thinking", None), getattr(block, "input", None))
        for block in found.content
    ]
    usage = found.usage
    return blocks, found.stop_reason, (usage.input_tokens, usage.cache_read_input_tokens, usage.output_tokens)


def _gemini(name, streams):
    asked = dict(model="m", contents="hello")
    if streams:
        found = list(_google.models.generate_content_stream(**asked))
    else:
        found = [_google.models.generate_content(**asked)]
    texts, calls, reasons, usage = {False: "", True: ""}, [], [], None
    for one in found:
        usage = one.usage_metadata or usage
        for candidate in one.candidates or []:
            reasons += [candidate.finish_reason] if candidate.finish_reason else []
            for part in (candidate.content and candidate.content.parts) or []:
                texts[bool(part.thought)] += part.text or ""
                calls += [(part.function_call.name, part.function_call.args)] if part.function_call else []
    blocked = [one.prompt_feedback.block_reason for one in found if one.prompt_feedback]
    return texts, calls, reasons, blocked, usage and (usage.prompt_token_count, usage.candidates_token_count)


_FAILURES = {
    "chat": (openai.APIStatusError, "status_code"),
    "responses": (openai.APIStatusError, "status_code"),
    "messages": (anthropic.APIStatusError, "status_code"),
    "gemini": (google_errors.APIError, "code"),
}


def _reader(form, work):
    kind, status = _FAILURES[form]

    def read(body, name, streams=False):
        """What is in an answer; its name is that of its case."""
        if not name.startswith("error."):
            _Teller.told = (200, "text/event-stream" if streams else "application/json", body)
            return work(name, streams)
        _Teller.told = (int(name.split(".")[1]), "application/json", body)
        try:
            work(name, False)
        except kind as error:
            assert str(getattr(error, status)) in name, error
            # The vendor's own words are in it.
            assert error.message, error
            return str(error)
        raise AssertionError(f"{form}: {name} is no error")

    return read


READERS = {
    "chat": _reader("chat", _chat),
    "responses": _reader("responses", _responses),
    "messages": _reader("messages", _messages),
    "gemini": _reader("gemini", _gemini),
}
