// The official `@anthropic-ai/sdk` through the gateway: messages, whoever answers.

import {
  ANSWER_TOKENS, ARGUMENTS, BOTH, GIVEN_TOKENS, HELLO, HELLO_TOKENS, IMAGE, IMAGE_TOKENS, KEY, LINK, LONG, SCHEMA, SYSTEM,
  THINKING, THOUGHT, THOUGHT_TOKENS, URL, WEATHER, WEATHER_SCHEMA, WITHOUT_LINKS,
  answer, connected, equal, everyRoute, fails, has, require, words,
} from "./check.mjs";

const Anthropic = require("@anthropic-ai/sdk").default;
const { jsonSchemaOutputFormat } = require("@anthropic-ai/sdk/helpers/json-schema");

const MESSAGES = [{ role: "user", content: HELLO }];
const TOOLS = ["first", "second"].map((name) => ({ name, description: "tells the weather", input_schema: SCHEMA }));

const connect = connected((route) => new Anthropic({ baseURL: `${URL}/${route}`, apiKey: KEY, maxRetries: 0 }));
const asked = (body) => ({ max_tokens: 200, messages: MESSAGES, ...body });
const create = (route, body) => connect(route).messages.create(asked(body));

// The message that the SDK makes of the events, which begin and end as they must.
async function stream(route, body) {
  const events = connect(route).messages.stream(asked(body));
  const kinds = [];
  for await (const event of events) kinds.push(event.type);
  equal([kinds[0], kinds.at(-1)], ["message_start", "message_stop"]);
  equal(kinds.filter((kind) => kind === "message_start" || kind === "message_stop").length, 2);
  return events.finalMessage();
}

const uses = (message) => message.content.filter((block) => block.type === "tool_use");
const called = (message) => uses(message).map(({ name, input }) => [name, input]);

async function text(route, model) {
  for (const ask of [create, stream]) {
    const got = await ask(route, { model, system: SYSTEM });
    equal(got.content.map((block) => block.type), ["text"]);
    equal([got.content[0].text, got.stop_reason, got.model], [answer(model), "end_turn", model]);
    equal(got.role, "assistant");
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
  for (const ask of [create, stream]) {
    const forced = await ask(route, { model, tools: TOOLS, tool_choice: { type: "tool", name: "second" } });
    equal(called(forced), [["second", ARGUMENTS]]);
  }
}

// Bytes reach every provider; a link is refused, not left out, where the provider takes none.
async function images(route, model) {
  for (const source of [{ type: "base64", media_type: "image/png", data: IMAGE }, { type: "url", url: LINK }]) {
    const content = [{ type: "image", source }, { type: "text", text: HELLO }];
    const ask = () => create(route, { model, messages: [{ role: "user", content }] });
    // In one format on both sides it is for the provider to refuse.
    if (source.type === "url" && WITHOUT_LINKS.includes(route) && route !== "vertexai-claude") {
      has((await fails(Anthropic.BadRequestError, ask)).message, "image");
    } else {
      equal((await ask()).usage.input_tokens, HELLO_TOKENS + IMAGE_TOKENS);
    }
  }
}

// The SDK makes the schema, and reads what fits it.
async function structured(route, model) {
  const body = asked({ model, output_config: { format: jsonSchemaOutputFormat(WEATHER_SCHEMA) } });
  equal((await connect(route).messages.parse(body)).parsed_output, WEATHER);
  equal((await connect(route).messages.stream(body).finalMessage()).parsed_output, WEATHER);
}

async function thoughts(route, model) {
  const asking = `${model}-${THINKING}`;
  for (const ask of [create, stream]) {
    const thinking = { type: "enabled", budget_tokens: 1024 };
    const got = await ask(route, { model: asking, max_tokens: 4096, thinking });
    equal(got.content.map((block) => block.type), ["thinking", "text"]);
    equal([got.content[0].thinking, got.content[1].text], [THOUGHT, answer(asking)]);
    equal(got.usage.output_tokens, ANSWER_TOKENS + THOUGHT_TOKENS);
  }
}

// What came from a cache is beside the input.
async function cached(route, model) {
  for (const ask of [create, stream]) {
    const { usage } = await ask(route, { model: `${model}-mock-cached` });
    equal([usage.input_tokens, usage.cache_read_input_tokens], [HELLO_TOKENS - 2, 2]);
  }
}

async function errors(route, model) {
  for (const ask of [create, stream]) {
    const limited = await fails(Anthropic.RateLimitError, () =>
      ask(route, { model: `${model}-mock-fail-429.retry-after-60` }),
    );
    equal([limited.status, limited.type, limited.error.error.type], [429, "rate_limit_error", "rate_limit_error"]);
    equal(limited.headers.get("retry-after"), "60");
    const failed = await fails(Anthropic.InternalServerError, () => ask(route, { model: `${model}-mock-fail-500` }));
    equal([failed.status, failed.type], [500, "api_error"]);
  }
  const broken = await fails(Anthropic.APIError, () => stream(route, { model: `${model}-mock-error-in-200` }));
  equal(broken.type, "api_error");
}

await everyRoute(text, tools, images, structured, thoughts, cached, errors);
