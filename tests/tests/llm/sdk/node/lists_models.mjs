// The SDKs for Node list the models of the gateway. Arguments: the SDKs, the gateway, and the models, in order.

import { deepStrictEqual, rejects } from "node:assert";
import { createRequire } from "node:module";

const [sdks, url, ...expected] = process.argv.slice(2);
const require = createRequire(`${sdks}/`);
const OpenAI = require("openai").default;
const Anthropic = require("@anthropic-ai/sdk").default;
const { ApiError, GoogleGenAI } = require("@google/genai");
const apiKey = "sk-of-the-client";

async function names(list, name) {
  const found = [];
  for await (const model of await list) found.push(model[name]);
  return found;
}

// What is there is found, and what is not is told in the client's dialect.
const openai = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
deepStrictEqual(await names(openai.models.list(), "id"), expected);
deepStrictEqual((await openai.models.retrieve(expected[0])).id, expected[0]);
await rejects(openai.models.retrieve("absent"), (error) => {
  deepStrictEqual([error instanceof OpenAI.NotFoundError, error.code], [true, "model_not_found"]);
  return true;
});

const anthropic = new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });
deepStrictEqual(await names(anthropic.models.list(), "id"), expected);
deepStrictEqual((await anthropic.models.retrieve(expected[0])).display_name, expected[0]);
await rejects(anthropic.models.retrieve("absent"), (error) => {
  deepStrictEqual([error instanceof Anthropic.NotFoundError, error.type], [true, "not_found_error"]);
  return true;
});

const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
deepStrictEqual(await names(google.models.list(), "name"), expected.map((model) => `models/${model}`));
deepStrictEqual((await google.models.get({ model: expected[0] })).name, `models/${expected[0]}`);
await rejects(google.models.get({ model: "absent" }), (error) => {
  deepStrictEqual([error instanceof ApiError, error.status], [true, 404]);
  return true;
});
