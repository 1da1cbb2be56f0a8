// The official `@anthropic-ai/sdk` through the gateway: messages, whoever answers.

import {
  ANSWER_TOKENS, ARGUMENTS, BOTH, GIVEN_TOKENS, HELLO, HELLO_TOKENS, IMAGE, IMAGE_TOKENS, KEY, LONG, SCHEMA, SYSTEM, URL,
  answer, equal, everyRoute, fails, require, words,
} from "./check.mjs";

const Anthropic = require("@anthropic-ai/sdk").default;

const MESSAGES = [{ role: "user", content: HELLO }];
const TOOLS = ["first", "second"].map((name) => ({ name, description: "tells the weather", input_schema: SCHEMA }));

const connect = (route) => new Anthropic({ baseURL: `${URL}/${route}`, apiKey: KEY, maxRetries: 0 });
const asked = (body) => ({ max_tokens: 200, messages: MESSAGES, ...body });
const create = (route, body) => connect(route).messages.create(asked(body));

// The message that the SDK makes of the events, which begin and end as they must.
async function stream(route, body) {
  const events = connect(route).messages.stream(asked(body));
  const kinds = [];
  for await (const event of events) kinds.push(event.type);
  equal([kinds[0], kinds.at(-1)], ["message_start", "message_stop"]);
  return events.finalMessage();
}

const uses = (message) => message.content.filter((block) => block.type === "tool_use");
const called = (message) => uses(message).map(({ name, input }) => [name, input]);

async function text(route, model) {
  for (const ask of [create, stream]) {
    const got = await ask(route, { model, system: SYSTEM });
    equal(got.content.map((block) => block.type), ["text"]);
    equal([got.content[0].text, got.stop_reason, got.model], [answer(model), "end_turn", model]);
    equal([got.usage.input_tokens, got.usage.output_tokens], [GIVEN_TOKENS, ANSWER_TOKENS]);
    // Responses are never cut below 16.
    const cut = await ask(route, { model, max_tokens: 16, messages: [{ role: "user", content: LONG }] });
    equal([words(cut.content[0].text), cut.stop_reason], [16, "max_tokens"]);
  }
}

async function tools(route, model) {
  for (const ask of [create, stream]) {
    const got = await ask(route, { model: `${model}-mock-tools`, tools: TOOLS });
    equal([called(got), got.stop_reason], [BOTH, "tool_use"]);
    const calls = uses(got);
    equal(new Set(calls.map((block) => block.id)).size, 2);
    const results = calls.map(({ id }) => ({ type: "tool_result", tool_use_id: id, content: "sunny" }));
    const made = calls.map(({ id, name, input }) => ({ type: "tool_use", id, name, input }));
    const messages = [
      ...MESSAGES,
      { role: "assistant", content: made },
      { role: "user", content: [...results, { type: "text", text: HELLO }] },
    ];
    const done = await ask(route, { model, tools: TOOLS, messages });
    equal([done.content.at(-1).text, done.stop_reason], [answer(model), "end_turn"]);
  }
  const forced = await create(route, { model, tools: TOOLS, tool_choice: { type: "tool", name: "second" } });
  equal(called(forced), [["second", ARGUMENTS]]);
}

async function images(route, model) {
  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: IMAGE } };
  const messages = [{ role: "user", content: [image, { type: "text", text: HELLO }] }];
  equal((await create(route, { model, messages })).usage.input_tokens, HELLO_TOKENS + IMAGE_TOKENS);
}

async function errors(route, model) {
  const limited = await fails(Anthropic.RateLimitError, () =>
    create(route, { model: `${model}-mock-fail-429.retry-after-60` }),
  );
  equal([limited.error.error.type, limited.headers.get("retry-after")], ["rate_limit_error", "60"]);
  await fails(Anthropic.InternalServerError, () => create(route, { model: `${model}-mock-fail-500` }));
  await fails(Anthropic.APIError, () => stream(route, { model: `${model}-mock-error-in-200` }));
}

await everyRoute(text, tools, images, errors);
