// What the scripts beside this one share: the SDKs, the gateway's routes, what the mock answers, and how a failure tells its
// place. The same checks as those in Python, which are one directory up.

import { deepStrictEqual } from "node:assert";
import { createRequire } from "node:module";

const [sdks, url, ...routes] = process.argv.slice(2);

export const require = createRequire(`${sdks}/`);
export const URL = url;
// The client's own, which no provider takes.
export const KEY = "sk-of-the-client";
export const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
export const ARGUMENTS = { city: "mock" };
export const BOTH = [["first", ARGUMENTS], ["second", ARGUMENTS]];
// Words of `hello tide` and three for a message; a system prompt of two words is five more.
export const HELLO = "hello tide";
export const SYSTEM = "be brief";
export const GIVEN_TOKENS = 10;
export const LONG = "so many words ".repeat(9);

// The mock's tokens for an image, and the smallest one there is.
export const IMAGE_TOKENS = 50;
export const IMAGE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const LINK = "https://images.test/tide.png";
// Providers that take bytes and no links, and those whose own format takes none from clients of another.
export const WITHOUT_LINKS = ["bedrock", "vertexai-claude"];
export const LINKS_BY_FORMAT = ["gemini", "vertexai"];
export const HELLO_TOKENS = 5;
// What the mock says that it thinks; chat completions of servers such as vLLM tell it, too, OpenAI's never do.
export const THINKING = "mock-reasoning-content";
export const THOUGHT = "The user wants an answer, so I shall give one.";
export const THOUGHT_TOKENS = 10;
// What an answer is to be, and what the mock makes of it.
export const WEATHER_SCHEMA = {
  type: "object",
  properties: { city: { type: "string" }, celsius: { type: "number" } },
  required: ["city", "celsius"],
  additionalProperties: false,
};
export const WEATHER = { city: "mock", celsius: 1.5 };

export const answer = (model) => `This is a mock provider answering as ${model}. You said: ${HELLO}`;
export const ANSWER_TOKENS = answer("m").split(" ").length;
export const words = (text) => text.trim().split(/\s+/).length;

// One client for each route, as a program has it.
export function connected(connect) {
  const clients = new Map();
  return (route) => {
    if (!clients.has(route)) clients.set(route, connect(route));
    return clients.get(route);
  };
}

export function equal(got, expected) {
  deepStrictEqual(got, expected);
}

export function has(text, word) {
  if (!String(text).includes(word)) throw new Error(`no ${word} in ${text}`);
}

// What `work` throws, which must be of this kind.
export async function fails(kind, work) {
  let result;
  try {
    result = await work();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`no ${kind.name} but ${JSON.stringify(result)}`);
}

// Runs each check with each route, and fails with all that failed.
export async function everyRoute(...checks) {
  const wrong = [];
  for (const one of routes) {
    const cut = one.indexOf("=");
    const [route, model] = [one.slice(0, cut), one.slice(cut + 1)];
    for (const check of checks) {
      try {
        await check(route, model);
      } catch (error) {
        wrong.push(`${check.name} at ${route}: ${error.stack}`);
      }
    }
  }
  if (routes.length === 0) wrong.push("no route");
  if (wrong.length > 0) {
    console.error(wrong.join("\n"));
    process.exit(1);
  }
}
