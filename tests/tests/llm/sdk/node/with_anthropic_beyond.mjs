// The official `@anthropic-ai/sdk` through the gateway, for what is no conversation.

import { HELLO, HELLO_TOKENS, KEY, URL, equal, everyRoute, require } from "./check.mjs";

const Anthropic = require("@anthropic-ai/sdk").default;

async function counts(route, model) {
  const client = new Anthropic({ baseURL: `${URL}/${route}`, apiKey: KEY, maxRetries: 0 });
  const told = await client.messages.countTokens({ model, messages: [{ role: "user", content: HELLO }] });
  equal(told.input_tokens, HELLO_TOKENS);
}

await everyRoute(counts);
