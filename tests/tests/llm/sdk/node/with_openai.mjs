// The official `openai` SDK for Node through the gateway: chat completions and responses, whoever answers.

import {
  ANSWER_TOKENS, BOTH, GIVEN_TOKENS, HELLO, HELLO_TOKENS, IMAGE, IMAGE_TOKENS, KEY, LONG, SCHEMA, SYSTEM, URL,
  answer, equal, everyRoute, fails, require, words,
} from "./check.mjs";

const OpenAI = require("openai").default;

const FUNCTIONS = ["first", "second"].map((name) => ({
  type: "function", name, description: "tells the weather", parameters: SCHEMA, strict: false,
}));
const TOOLS = FUNCTIONS.map(({ name, description, parameters }) => ({
  type: "function", function: { name, description, parameters },
}));
const MESSAGES = [{ role: "user", content: HELLO }];
const PROMPTED = [{ role: "system", content: SYSTEM }, ...MESSAGES];

const connect = (route) => new OpenAI({ baseURL: `${URL}/${route}/v1`, apiKey: KEY, maxRetries: 0 });

const chat = (route, body) => connect(route).chat.completions.create({ messages: MESSAGES, ...body });

// The completion that the SDK makes of the chunks.
const streamedChat = (route, body) =>
  connect(route).chat.completions.stream({ messages: MESSAGES, ...body }).finalChatCompletion();

const respond = (route, body) => connect(route).responses.create({ input: HELLO, ...body });

// The response of the last event, which is what the others add up to; they are numbered without a gap.
async function streamedResponse(route, body) {
  const events = [];
  for await (const event of await respond(route, { ...body, stream: true })) events.push(event);
  equal(events.map((event) => event.sequence_number), events.map((_, number) => number));
  equal(events[0].type, "response.created");
  const last = events.at(-1);
  equal(last.type, `response.${last.response.status}`);
  const deltas = events.filter((event) => event.type === "response.output_text.delta");
  return { ...last.response, output_text: deltas.map((event) => event.delta).join("") };
}

const called = (calls) => calls.map((call) => [call.name, JSON.parse(call.arguments)]);

async function chatText(route, model) {
  const body = { model, messages: PROMPTED };
  const whole = await chat(route, body);
  const same = await streamedChat(route, { ...body, stream_options: { include_usage: true } });
  for (const got of [whole, same]) {
    equal(got.choices.length, 1);
    equal(got.choices[0].message.content, answer(model));
    equal([got.choices[0].finish_reason, got.model], ["stop", model]);
    const { prompt_tokens, completion_tokens, total_tokens } = got.usage;
    equal(
      [prompt_tokens, completion_tokens, total_tokens],
      [GIVEN_TOKENS, ANSWER_TOKENS, GIVEN_TOKENS + ANSWER_TOKENS],
    );
  }
  // Nobody asked for counts: none may come, though the gateway reads them.
  let usages = 0;
  for await (const chunk of await chat(route, { model, stream: true })) {
    equal(chunk.choices.length, 1);
    usages += "usage" in chunk && chunk.usage !== null ? 1 : 0;
  }
  equal(usages, 0);
}

async function chatCut(route, model) {
  // Responses are never cut below 16.
  const messages = [{ role: "user", content: LONG }];
  const [choice] = (await chat(route, { model, messages, max_tokens: 16 })).choices;
  equal([words(choice.message.content), choice.finish_reason], [16, "length"]);
}

async function chatTools(route, model) {
  for (const ask of [chat, streamedChat]) {
    const [choice] = (await ask(route, { model: `${model}-mock-tools`, tools: TOOLS })).choices;
    const calls = choice.message.tool_calls;
    equal(called(calls.map((call) => call.function)), BOTH);
    equal(new Set(calls.map((call) => call.id)).size, 2);
    equal(choice.finish_reason, "tool_calls");
    const made = calls.map(({ id, function: { name, arguments: args } }) => ({
      id, type: "function", function: { name, arguments: args },
    }));
    const results = calls.map(({ id }) => ({ role: "tool", tool_call_id: id, content: "sunny" }));
    const messages = [...MESSAGES, { role: "assistant", tool_calls: made }, ...results, ...MESSAGES];
    const [done] = (await ask(route, { model, messages, tools: TOOLS })).choices;
    equal([done.message.content, done.finish_reason], [answer(model), "stop"]);
  }
}

async function responseText(route, model) {
  for (const ask of [respond, streamedResponse]) {
    const got = await ask(route, { model, instructions: SYSTEM });
    equal([got.output_text, got.status, got.model], [answer(model), "completed", model]);
    const { input_tokens, output_tokens } = got.usage;
    equal([input_tokens, output_tokens], [GIVEN_TOKENS, ANSWER_TOKENS]);
  }
}

async function responseTools(route, model) {
  for (const ask of [respond, streamedResponse]) {
    const whole = await ask(route, { model: `${model}-mock-tools`, tools: FUNCTIONS });
    const calls = whole.output.filter((item) => item.type === "function_call");
    equal(called(calls), BOTH);
    equal([new Set(calls.map((call) => call.call_id)).size, whole.status], [2, "completed"]);
    const results = calls.map(({ call_id }) => ({ type: "function_call_output", call_id, output: "sunny" }));
    const input = [...MESSAGES, ...calls, ...results, ...MESSAGES];
    const done = await ask(route, { model, input, tools: FUNCTIONS });
    equal([done.output_text, done.status], [answer(model), "completed"]);
  }
}

async function images(route, model) {
  const url = `data:image/png;base64,${IMAGE}`;
  const parts = [{ type: "text", text: HELLO }, { type: "image_url", image_url: { url } }];
  const whole = await chat(route, { model, messages: [{ role: "user", content: parts }] });
  equal(whole.usage.prompt_tokens, HELLO_TOKENS + IMAGE_TOKENS);
  const items = [{ type: "input_text", text: HELLO }, { type: "input_image", detail: "auto", image_url: url }];
  const told = await respond(route, { model, input: [{ role: "user", content: items }] });
  equal(told.usage.input_tokens, HELLO_TOKENS + IMAGE_TOKENS);
}

async function errors(route, model) {
  const modes = { [`${model}-mock-fail-429.retry-after-60`]: OpenAI.RateLimitError, [`${model}-mock-fail-500`]: OpenAI.InternalServerError };
  for (const [asked, kind] of Object.entries(modes)) {
    for (const ask of [chat, respond]) {
      const error = await fails(kind, () => ask(route, { model: asked }));
      if (error.status === 429) equal(error.headers.get("retry-after"), "60");
    }
  }
  await fails(OpenAI.APIError, () => streamedChat(route, { model: `${model}-mock-error-in-200` }));
}

await everyRoute(chatText, chatCut, chatTools, responseText, responseTools, images, errors);
