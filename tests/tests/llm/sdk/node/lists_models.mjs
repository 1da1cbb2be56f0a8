// The SDKs for Node list the models of the gateway. Arguments: the SDKs, the gateway, and the models, in order.

import { deepStrictEqual } from "node:assert";
import { createRequire } from "node:module";

const [sdks, url, ...expected] = process.argv.slice(2);
const require = createRequire(`${sdks}/`);
const OpenAI = require("openai").default;
const Anthropic = require("@anthropic-ai/sdk").default;
const { GoogleGenAI } = require("@google/genai");
const apiKey = "sk-of-the-client";

async function names(list, name) {
  const found = [];
  for await (const model of await list) found.push(model[name]);
  return found;
}

deepStrictEqual(await names(new OpenAI({ baseURL: `${url}/v1`, apiKey }).models.list(), "id"), expected);
deepStrictEqual(await names(new Anthropic({ baseURL: url, apiKey }).models.list(), "id"), expected);
const google = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: url } });
deepStrictEqual(await names(google.models.list(), "name"), expected.map((model) => `models/${model}`));
