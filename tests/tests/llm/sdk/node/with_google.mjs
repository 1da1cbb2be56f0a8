// The official `@google/genai` SDK through the gateway: generateContent, whoever answers.

import {
  ANSWER_TOKENS, BOTH, GIVEN_TOKENS, HELLO, HELLO_TOKENS, IMAGE, IMAGE_TOKENS, KEY, LINK, SCHEMA, SYSTEM, THINKING, THOUGHT,
  THOUGHT_TOKENS, URL, WEATHER, WEATHER_SCHEMA, WITHOUT_LINKS,
  answer, connected, equal, everyRoute, fails, has, require,
} from "./check.mjs";

const { ApiError, GoogleGenAI } = require("@google/genai");

const declared = ["first", "second"].map((name) => ({
  name, description: "tells the weather", parametersJsonSchema: SCHEMA,
}));
const TOOLS = { tools: [{ functionDeclarations: declared }] };
// Providers that count tokens in this format.
const COUNTING = ["gemini", "vertexai"];

const connect = connected((route) => {
  const httpOptions = { baseUrl: `${URL}/${route}`, retryOptions: { attempts: 1 } };
  // Clients of Vertex AI have paths of their own.
  return new GoogleGenAI({ vertexai: route.startsWith("vertexai"), apiKey: KEY, httpOptions });
});
const create = async (route, model, contents, config) => [
  await connect(route).models.generateContent({ model, contents, config }),
];

async function stream(route, model, contents, config) {
  const chunks = [];
  for await (const chunk of await connect(route).models.generateContentStream({ model, contents, config })) {
    chunks.push(chunk);
  }
  return chunks;
}

const parts = (chunks) => chunks.flatMap((chunk) => chunk.candidates?.[0]?.content?.parts ?? []);
const told = (chunks) => parts(chunks).map((part) => part.text ?? "").join("");
const calls = (chunks) => parts(chunks).filter((part) => part.functionCall);
const called = (chunks) => calls(chunks).map(({ functionCall: { name, args } }) => [name, args]);
const finish = (chunks) =>
  chunks.flatMap((chunk) => chunk.candidates ?? []).map((one) => one.finishReason).filter(Boolean);

async function text(route, model) {
  for (const ask of [create, stream]) {
    const got = await ask(route, model, HELLO, { systemInstruction: SYSTEM });
    equal([told(got), finish(got)], [answer(model), ["STOP"]]);
    equal(got.at(-1).modelVersion, model);
    const { promptTokenCount, candidatesTokenCount, totalTokenCount } = got.at(-1).usageMetadata;
    equal(
      [promptTokenCount, candidatesTokenCount, totalTokenCount],
      [GIVEN_TOKENS, ANSWER_TOKENS, GIVEN_TOKENS + ANSWER_TOKENS],
    );
    const cut = await ask(route, model, HELLO, { maxOutputTokens: 3 });
    equal([told(cut).trim(), finish(cut)], ["This is a", ["MAX_TOKENS"]]);
  }
}

async function tools(route, model) {
  const hello = { role: "user", parts: [{ text: HELLO }] };
  for (const ask of [create, stream]) {
    const got = await ask(route, `${model}-mock-tools`, HELLO, TOOLS);
    equal([called(got), finish(got)], [BOTH, ["STOP"]]);
    const made = calls(got);
    const results = made.map(({ functionCall: { id, name } }) => ({
      functionResponse: { id, name, response: { content: "sunny" } },
    }));
    const history = [hello, { role: "model", parts: made }, { role: "user", parts: results }, hello];
    const done = await ask(route, model, history, TOOLS);
    equal([told(done), finish(done)], [answer(model), ["STOP"]]);
  }
  const toolConfig = { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["second"] } };
  for (const ask of [create, stream]) {
    equal(called(await ask(route, model, HELLO, { ...TOOLS, toolConfig })), BOTH.slice(1));
  }
}

// Bytes reach every provider; a link is refused, not left out, where the provider takes none.
async function images(route, model) {
  for (const part of [
    { inlineData: { mimeType: "image/png", data: IMAGE } },
    { fileData: { mimeType: "image/png", fileUri: LINK } },
  ]) {
    const ask = () => create(route, model, [{ role: "user", parts: [{ text: HELLO }, part] }]);
    if (part.fileData && WITHOUT_LINKS.includes(route)) {
      const error = await fails(ApiError, ask);
      equal(error.status, 400);
      has(error.message, "INVALID_ARGUMENT");
    } else {
      equal((await ask())[0].usageMetadata.promptTokenCount, HELLO_TOKENS + IMAGE_TOKENS);
    }
  }
}

// Both spellings of a schema.
async function structured(route, model) {
  const { additionalProperties, ...narrow } = WEATHER_SCHEMA;
  for (const schema of [{ responseSchema: narrow }, { responseJsonSchema: WEATHER_SCHEMA }]) {
    for (const ask of [create, stream]) {
      const got = await ask(route, model, HELLO, { responseMimeType: "application/json", ...schema });
      equal(JSON.parse(told(got)), WEATHER);
    }
  }
}

async function thoughts(route, model) {
  const asking = `${model}-${THINKING}`;
  for (const ask of [create, stream]) {
    const thinkingConfig = { includeThoughts: true, thinkingBudget: 1024 };
    const got = await ask(route, asking, HELLO, { maxOutputTokens: 4096, thinkingConfig });
    const text = (isThought) =>
      parts(got).filter((part) => Boolean(part.thought) === isThought).map((part) => part.text ?? "").join("");
    equal([text(true), text(false)], [THOUGHT, answer(asking)]);
    const { candidatesTokenCount = 0, thoughtsTokenCount = 0 } = got.at(-1).usageMetadata;
    // Thoughts are beside what was said; who does not tell them apart has them in it.
    equal(candidatesTokenCount + thoughtsTokenCount, ANSWER_TOKENS + THOUGHT_TOKENS);
  }
}

// What came from a cache is part of the prompt.
async function cached(route, model) {
  for (const ask of [create, stream]) {
    const { usageMetadata } = (await ask(route, `${model}-mock-cached`, HELLO)).at(-1);
    equal([usageMetadata.promptTokenCount, usageMetadata.cachedContentTokenCount], [HELLO_TOKENS, 2]);
  }
}

// Who speaks the format counts; of others nobody asks, and no count is made up.
async function counts(route, model) {
  const image = { inlineData: { mimeType: "image/png", data: IMAGE } };
  const shown = [{ role: "user", parts: [{ text: HELLO }, image] }];
  for (const [contents, tokens] of [[HELLO, HELLO_TOKENS], [shown, HELLO_TOKENS + IMAGE_TOKENS]]) {
    const ask = () => connect(route).models.countTokens({ model, contents });
    if (COUNTING.includes(route)) {
      equal((await ask()).totalTokens, tokens);
    } else {
      const refused = await fails(ApiError, ask);
      equal(refused.status, 400);
      for (const word of ["INVALID_ARGUMENT", "count_tokens is not offered"]) has(refused.message, word);
    }
  }
}

async function errors(route, model) {
  for (const [status, name] of [[429, "RESOURCE_EXHAUSTED"], [500, "INTERNAL"]]) {
    for (const ask of [create, stream]) {
      const error = await fails(ApiError, () => ask(route, `${model}-mock-fail-${status}`, HELLO));
      equal(error.status, status);
      has(error.message, name);
    }
  }
  const broken = await fails(ApiError, () => stream(route, `${model}-mock-error-in-200`, HELLO));
  equal(broken.status, 500);
}

await everyRoute(text, tools, images, structured, thoughts, cached, counts, errors);
