// The official `@anthropic-ai/sdk` through the gateway, for what is no conversation.

import { GIVEN_TOKENS, HELLO, HELLO_TOKENS, KEY, SYSTEM, URL, connected, equal, everyRoute, require } from "./check.mjs";

const Anthropic = require("@anthropic-ai/sdk").default;

const connect = connected((route) => new Anthropic({ baseURL: `${URL}/${route}`, apiKey: KEY, maxRetries: 0 }));

async function counts(route, model) {
  const body = { model, messages: [{ role: "user", content: HELLO }] };
  equal((await connect(route).messages.countTokens(body)).input_tokens, HELLO_TOKENS);
  equal((await connect(route).messages.countTokens({ ...body, system: SYSTEM })).input_tokens, GIVEN_TOKENS);
}

await everyRoute(counts);
