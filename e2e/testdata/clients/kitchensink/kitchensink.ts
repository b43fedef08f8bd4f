// Uses what was generated from the document of everything that can be declared. It only has to compile.
// The lines after @ts-expect-error must not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];
type Answers<Status extends keyof paths["/things/{id}"]["post"]["responses"]> = paths["/things/{id}"]["post"]["responses"][Status];

// What can go wrong has types with names, and so have their codes, in every form in which they come.
export const refused = (p: Schemas["KitchenOrderProblem409"]): boolean => p.code === "sold-out" || p.code === "closed";
export const conflict = (a: Answers<409>["content"]): Schemas["KitchenOrderProblem409"] => a["application/problem+json"];
export const packed = (a: Answers<409>["content"]): Schemas["KitchenOrderProblem409"] => a["application/problem+cbor"];
export const invalid = (p: Schemas["KitchenOrderProblem422"]): Schemas["Violation"][] => p.errors ?? [];
// @ts-expect-error there is no such code
export const never = (p: Schemas["KitchenOrderProblem409"]): boolean => p.code === "sold-ouch";

// Every place and style of a parameter.
const client = createClient<paths>({ baseUrl: "https://api.example.com" });
export const get = () =>
  client.GET("/things/{id}/{number}", {
    params: {
      path: { id: "7c6d1d3c-6a4e-4ee1-8dd3-4c3d4a5b6c7d", number: 1 },
      query: { text: "x", enum: "up", list: ["a", "b"], numbers: [1], filter: { a: "b" }, ranges: { a: 1 }, "dotted.name": "x" },
      header: { "X-Several": ["a", "b"], "If-Match": '"v1"' },
      cookie: { session: "s", theme: "dark" },
    },
  });

// Values of all kinds.
const shape: Schemas["Figure"] = { form: "circle", radius: 1 };
export const thing: Schemas["Thing"] = {
  kind: "x-large", level: 2, count: 1, made: "2026-11-30T00:00:00Z", day: "2026-11-30", takes: "1m30s", place: [1, 2], owner: null, main: null, inner: null,
  parts: [{ name: "x", size: { width: 1 } }], by_name: {}, any: ["anything", 1], shape, until: null, optional: null, "x-dashed": "x", "2nd": "x",
};
// @ts-expect-error a circle has no side
export const square: Schemas["Figure"] = { form: "circle", side: 1 };
// @ts-expect-error an owner may be null, and is never absent
export const ownerless: Schemas["Thing"] = { ...thing, owner: undefined };

// What flows: events, and the messages of both sides of a WebSocket.
export const event = (e: paths["/things/{id}/events"]["get"]["responses"][200]["content"]["text/event-stream"]): Schemas["Figure"] | undefined => e[0];
export const message = (m: paths["/talk"]["get"]["responses"][101]["content"]["application/json"]): Schemas["Figure"] | Schemas["Thing"] => m;
