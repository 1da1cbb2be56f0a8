// The official `openai` SDK for Node through the gateway: chat completions and responses, whoever answers.

import {
  ANSWER_TOKENS, BOTH, GIVEN_TOKENS, HELLO, HELLO_TOKENS, IMAGE, IMAGE_TOKENS, KEY, LINK, LINKS_BY_FORMAT, LONG, SCHEMA,
  SYSTEM, THINKING, THOUGHT, THOUGHT_TOKENS, URL, WEATHER, WEATHER_SCHEMA, WITHOUT_LINKS,
  answer, connected, equal, everyRoute, fails, has, require, words,
} from "./check.mjs";

const OpenAI = require("openai").default;
const { standardResponseFormat, standardTextFormat } = require("openai/helpers/standard-schema");

const FUNCTIONS = ["first", "second"].map((name) => ({
  type: "function", name, description: "tells the weather", parameters: SCHEMA, strict: false,
}));
const TOOLS = FUNCTIONS.map(({ name, description, parameters }) => ({
  type: "function", function: { name, description, parameters },
}));
const MESSAGES = [{ role: "user", content: HELLO }];
const PROMPTED = [{ role: "system", content: SYSTEM }, ...MESSAGES];

const COUNTS = { stream_options: { include_usage: true } };

const connect = connected((route) => new OpenAI({ baseURL: `${URL}/${route}/v1`, apiKey: KEY, maxRetries: 0 }));

const chat = (route, body) => connect(route).chat.completions.create({ messages: MESSAGES, ...body });

// The completion that the SDK makes of the chunks.
const streamedChat = (route, body) =>
  connect(route).chat.completions.stream({ messages: MESSAGES, ...body }).finalChatCompletion();

const respond = (route, body) => connect(route).responses.create({ input: HELLO, ...body });

// Numbered without a gap.
async function responseEvents(route, body) {
  const events = [];
  for await (const event of await respond(route, { ...body, stream: true })) events.push(event);
  equal(events.map((event) => event.sequence_number), events.map((_, number) => number));
  equal(events[0].type, "response.created");
  return events;
}

const texts = ({ output }) =>
  output.flatMap((item) => item.content ?? []).filter((part) => part.type === "output_text");
const said = (response) => texts(response).map((part) => part.text).join("");

// The response of the last event, which is what the others add up to.
async function streamedResponse(route, body) {
  const events = await responseEvents(route, body);
  const { type, response } = events.at(-1);
  equal(type, `response.${response.status}`);
  const deltas = events.filter((event) => event.type === "response.output_text.delta");
  equal(deltas.map((event) => event.delta).join(""), said(response));
  return { ...response, output_text: said(response) };
}

const called = (calls) => calls.map((call) => [call.name, JSON.parse(call.arguments)]);

async function chatText(route, model) {
  const body = { model, messages: PROMPTED };
  const whole = await chat(route, body);
  const same = await streamedChat(route, { ...body, ...COUNTS });
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
  for (const limit of [{ max_tokens: 16 }, { max_completion_tokens: 16 }]) {
    for (const ask of [chat, streamedChat]) {
      const [choice] = (await ask(route, { model, messages, ...limit })).choices;
      equal([words(choice.message.content), choice.finish_reason], [16, "length"]);
    }
  }
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
    const tool_choice = { type: "function", function: { name: "second" } };
    const [forced] = (await ask(route, { model, tools: TOOLS, tool_choice })).choices;
    equal(called(forced.message.tool_calls.map((call) => call.function)), BOTH.slice(1));
    const [never] = (await ask(route, { model, tools: TOOLS, tool_choice: "none" })).choices;
    equal([never.message.content, never.message.tool_calls ?? []], [answer(model), []]);
  }
}

async function responseText(route, model) {
  for (const ask of [respond, streamedResponse]) {
    const got = await ask(route, { model, instructions: SYSTEM });
    equal([got.output_text, got.status, got.model], [answer(model), "completed", model]);
    const { input_tokens, output_tokens, total_tokens } = got.usage;
    equal(
      [input_tokens, output_tokens, total_tokens],
      [GIVEN_TOKENS, ANSWER_TOKENS, GIVEN_TOKENS + ANSWER_TOKENS],
    );
  }
  // What the SDK itself makes of the events.
  const stream = connect(route).responses.stream({ model, input: HELLO, instructions: SYSTEM });
  const final = await stream.finalResponse();
  equal([said(final), final.status, final.usage.output_tokens], [answer(model), "completed", ANSWER_TOKENS]);
}

async function responseCut(route, model) {
  for (const ask of [respond, streamedResponse]) {
    const cut = await ask(route, { model, input: LONG, max_output_tokens: 16 });
    equal([cut.status, cut.incomplete_details.reason], ["incomplete", "max_output_tokens"]);
    equal(words(cut.output_text), 16);
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
    const tool_choice = { type: "function", name: "second" };
    const forced = await ask(route, { model, tools: FUNCTIONS, tool_choice });
    equal(called(forced.output.filter((item) => item.type === "function_call")), BOTH.slice(1));
  }
}

// Bytes reach every provider; a link is refused, not left out, where the provider takes none.
async function images(route, model) {
  for (const url of [`data:image/png;base64,${IMAGE}`, LINK]) {
    const parts = [{ type: "text", text: HELLO }, { type: "image_url", image_url: { url } }];
    const items = [{ type: "input_text", text: HELLO }, { type: "input_image", detail: "auto", image_url: url }];
    const asked = [
      async () => (await chat(route, { model, messages: [{ role: "user", content: parts }] })).usage.prompt_tokens,
      async () => (await respond(route, { model, input: [{ role: "user", content: items }] })).usage.input_tokens,
    ];
    for (const ask of asked) {
      try {
        equal(await ask(), HELLO_TOKENS + IMAGE_TOKENS);
      } catch (error) {
        if (!(error instanceof OpenAI.BadRequestError)) throw error;
        equal([url, [...WITHOUT_LINKS, ...LINKS_BY_FORMAT].includes(route)], [LINK, true]);
        has(error.message, "image");
        continue;
      }
      equal(url === LINK && WITHOUT_LINKS.includes(route), false);
    }
  }
}

// What validators such as Zod are to the SDK: it makes the strict schema of it, and reads what fits.
const STANDARD = {
  "~standard": {
    version: 1,
    vendor: "tests",
    validate: (value) =>
      typeof value.city === "string" && typeof value.celsius === "number"
        ? { value: { ...value, isRead: true } }
        : { issues: [{ message: `no weather: ${JSON.stringify(value)}` }] },
    jsonSchema: { input: () => WEATHER_SCHEMA },
  },
};

async function structured(route, model) {
  const read = { ...WEATHER, isRead: true };
  const { completions } = connect(route).chat;
  const { responses } = connect(route);
  const plain = { type: "json_schema", json_schema: { name: "weather", strict: true, schema: WEATHER_SCHEMA } };
  for (const [response_format, expected] of [[standardResponseFormat(STANDARD, "weather"), read], [plain, WEATHER]]) {
    const asked = { model, messages: MESSAGES, response_format };
    equal((await completions.parse(asked)).choices[0].message.parsed, expected);
    const streamed = await completions.stream(asked).finalChatCompletion();
    equal(streamed.choices[0].message.parsed, expected);
  }
  const plainText = { type: "json_schema", name: "weather", strict: true, schema: WEATHER_SCHEMA };
  for (const [format, expected] of [[standardTextFormat(STANDARD, "weather"), read], [plainText, WEATHER]]) {
    const asked = { model, input: HELLO, text: { format } };
    equal((await responses.parse(asked)).output_parsed, expected);
    equal((await responses.stream(asked).finalResponse()).output_parsed, expected);
  }
}

// Reasoning comes as an item of its own, streamed too; its tokens are counted where the provider counts them.
async function thoughts(route, model) {
  const asking = `${model}-${THINKING}`;
  for (const ask of [respond, streamedResponse]) {
    const got = await ask(route, { model: asking, reasoning: { effort: "low", summary: "auto" } });
    equal([got.output.map((item) => item.type), got.output_text], [["reasoning", "message"], answer(asking)]);
    const [{ summary, content }] = got.output;
    equal((summary.length > 0 ? summary : content).map((part) => part.text).join(""), THOUGHT);
    equal(got.usage.output_tokens, ANSWER_TOKENS + THOUGHT_TOKENS);
  }
  for (const ask of [chat, (at, body) => streamedChat(at, { ...body, ...COUNTS })]) {
    const got = await ask(route, { model: asking, reasoning_effort: "low" });
    equal(got.choices[0].message.content, answer(asking));
    equal(got.usage.completion_tokens, ANSWER_TOKENS + THOUGHT_TOKENS);
  }
}

// What came from a cache is part of the input.
async function cached(route, model) {
  const asking = `${model}-mock-cached`;
  for (const ask of [chat, (at, body) => streamedChat(at, { ...body, ...COUNTS })]) {
    const { usage } = await ask(route, { model: asking });
    equal([usage.prompt_tokens, usage.prompt_tokens_details.cached_tokens], [HELLO_TOKENS, 2]);
  }
  for (const ask of [respond, streamedResponse]) {
    const { usage } = await ask(route, { model: asking });
    equal([usage.input_tokens, usage.input_tokens_details.cached_tokens], [HELLO_TOKENS, 2]);
  }
}

async function errors(route, model) {
  const modes = {
    [`${model}-mock-fail-429.retry-after-60`]: [OpenAI.RateLimitError, 429],
    [`${model}-mock-fail-500`]: [OpenAI.InternalServerError, 500],
  };
  for (const [asked, [kind, status]] of Object.entries(modes)) {
    for (const ask of [chat, respond, streamedChat, streamedResponse]) {
      const error = await fails(kind, () => ask(route, { model: asked }));
      equal([error.status, typeof error.error.message], [status, "string"]);
      if (status === 429) equal(error.headers.get("retry-after"), "60");
    }
  }
  const broken = `${model}-mock-error-in-200`;
  await fails(OpenAI.APIError, () => streamedChat(route, { model: broken }));
  const last = (await responseEvents(route, { model: broken })).at(-1);
  equal([last.type, last.response.error.code], ["response.failed", "server_error"]);
}

await everyRoute(
  chatText, chatCut, chatTools, responseText, responseCut, responseTools, images, structured, thoughts, cached, errors,
);
