// The official `@google/genai` SDK through the gateway: generateContent, whoever answers.

import {
  ANSWER_TOKENS, BOTH, GIVEN_TOKENS, HELLO, HELLO_TOKENS, IMAGE, IMAGE_TOKENS, KEY, SCHEMA, SYSTEM, URL,
  answer, equal, everyRoute, fails, require,
} from "./check.mjs";

const { ApiError, GoogleGenAI } = require("@google/genai");

const declared = ["first", "second"].map((name) => ({
  name, description: "tells the weather", parametersJsonSchema: SCHEMA,
}));
const TOOLS = { tools: [{ functionDeclarations: declared }] };

const connect = (route) =>
  new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: `${URL}/${route}`, retryOptions: { attempts: 1 } } });
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
  equal(called(await create(route, model, HELLO, { ...TOOLS, toolConfig })), BOTH.slice(1));
}

async function images(route, model) {
  const parts = [{ text: HELLO }, { inlineData: { mimeType: "image/png", data: IMAGE } }];
  const [got] = await create(route, model, [{ role: "user", parts }]);
  equal(got.usageMetadata.promptTokenCount, HELLO_TOKENS + IMAGE_TOKENS);
}

async function errors(route, model) {
  for (const status of [429, 500]) {
    const error = await fails(ApiError, () => create(route, `${model}-mock-fail-${status}`, HELLO));
    equal(error.status, status);
  }
  await fails(Error, () => stream(route, `${model}-mock-error-in-200`, HELLO));
}

await everyRoute(text, tools, images, errors);
