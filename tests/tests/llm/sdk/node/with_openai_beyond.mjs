// The official `openai` SDK for Node through the gateway, for what is no conversation.

import { connect as connectPlainly } from "node:net";

import { HELLO, HELLO_TOKENS, KEY, URL, connected, equal, everyRoute, fails, has, require } from "./check.mjs";

const OpenAI = require("openai").default;
const { OpenAIRealtimeWS } = require("openai/realtime/ws");

const SOUND = Buffer.from([0xff, 0xfb, 0x90, 0x00, 0x00, 0xc3, 0x28, 0x7b]);

const connect = connected((route) => new OpenAI({ baseURL: `${URL}/${route}/v1`, apiKey: KEY, maxRetries: 0 }));
const bytes = async (response) => Buffer.from(await response.arrayBuffer());

// The SDK asks for base64 by itself and unpacks it: the same as what comes unpacked.
async function embeds(route, model) {
  const input = ["one", "two words"];
  const packed = await connect(route).embeddings.create({ model, input, dimensions: 3 });
  const plain = await connect(route).embeddings.create({ model, input, dimensions: 3, encoding_format: "float" });
  equal(packed.data.map((one) => one.embedding), plain.data.map((one) => one.embedding));
  equal(packed.data.map((one) => one.embedding.length), [3, 3]);
  for (const got of [packed, plain]) {
    equal([got.model, got.data.length, got.usage.prompt_tokens], [model, 2, 3]);
  }
  const text = await connect(route).embeddings.create({ model, input, dimensions: 3, encoding_format: "base64" });
  equal(text.data.map((one) => Buffer.from(one.embedding, "base64").length), [12, 12]);
}

async function embedsTokens(route, model) {
  const input = [[1, 2], [3]];
  equal((await connect(route).embeddings.create({ model, input, encoding_format: "float" })).data.length, 2);
}

async function completes(route, model) {
  const { choices, usage } = await connect(route).completions.create({ model, prompt: "so many words" });
  equal([choices[0].text, usage.prompt_tokens, usage.completion_tokens], ["after all", 3, 4]);
}

async function moderates(route, model) {
  const told = await connect(route).moderations.create({ model, input: "so many words" });
  equal([told.model, told.results.map((one) => one.flagged)], [model, [false]]);
}

async function draws(route, model) {
  const told = await connect(route).images.generate({ model, prompt: "a tide" });
  equal([told.usage.input_tokens, told.usage.output_tokens], [2, 4]);
  equal(Buffer.from(told.data[0].b64_json, "base64"), SOUND);
}

async function speaks(route, model) {
  equal(await bytes(await connect(route).audio.speech.create({ model, input: "hello", voice: "alloy" })), SOUND);
}

async function hears(route, model) {
  const file = await OpenAI.toFile(Buffer.concat(Array(1000).fill(SOUND)), "a.wav");
  equal((await connect(route).audio.transcriptions.create({ model, file })).text, "as was said");
}

// What a session tells until a response is done.
function session(socket, begin) {
  return new Promise((resolve, reject) => {
    const told = [];
    socket.on("error", reject);
    socket.socket.on("close", () => reject(new Error(`the session ended after ${told.map((one) => one.type)}`)));
    socket.on("event", (event) => {
      told.push(event);
      if (event.type === "session.created") begin();
      if (event.type === "response.done") resolve(told);
    });
  });
}

// The SDK takes `wss:` alone; the gateway of these tests has no certificate.
const PLAIN = { createConnection: ({ host, port }) => connectPlainly({ host, port }) };

async function talks(route, model) {
  const socket = new OpenAIRealtimeWS({ model, options: PLAIN }, connect(route));
  const item = { type: "message", role: "user", content: [{ type: "input_text", text: HELLO }] };
  try {
    const told = await session(socket, () => {
      socket.send({ type: "conversation.item.create", item });
      socket.send({ type: "response.create", response: { output_modalities: ["text"] } });
    });
    equal(told[0].session.model, model);
    const deltas = told.filter((event) => event.type === "response.output_text.delta");
    equal(deltas.map((event) => event.delta).join(""), `This is ${model} in session. You said: ${HELLO}`);
    const { usage } = told.at(-1).response;
    equal([usage.input_tokens, usage.output_tokens], [HELLO_TOKENS, 9]);
  } finally {
    socket.close();
  }
}

async function tellsErrors(route, model) {
  const error = await fails(OpenAI.BadRequestError, () => connect(route).embeddings.create({ model, input: "" }));
  equal([error.status, error.type], [400, "invalid_request_error"]);
  has(error.message, "empty");
}

await everyRoute(embeds, embedsTokens, completes, moderates, draws, speaks, hears, talks, tellsErrors);
