// The official `openai` SDK for Node through the gateway, for what is no conversation.

import { KEY, URL, equal, everyRoute, fails, require } from "./check.mjs";

const OpenAI = require("openai").default;

const connect = (route) => new OpenAI({ baseURL: `${URL}/${route}/v1`, apiKey: KEY, maxRetries: 0 });

// The SDK asks for base64 by itself and unpacks it: the same as what comes unpacked.
async function embeds(route, model) {
  const input = ["one", "two words"];
  const packed = await connect(route).embeddings.create({ model, input, dimensions: 3 });
  const plain = await connect(route).embeddings.create({ model, input, dimensions: 3, encoding_format: "float" });
  equal(packed.data.map((one) => one.embedding), plain.data.map((one) => one.embedding));
  equal([plain.model, plain.data.length, plain.usage.prompt_tokens], [model, 2, 3]);
}

async function draws(route, model) {
  const told = await connect(route).images.generate({ model, prompt: "a tide" });
  equal(told.usage.output_tokens, 4);
}

async function errors(route, model) {
  await fails(OpenAI.BadRequestError, () => connect(route).embeddings.create({ model, input: "" }));
}

await everyRoute(embeds, draws, errors);
