// A client of the airline: node airline.js URL TOKEN DAY. It ends with an error at the first thing that is not as it should be.
// The lines after @ts-expect-error must not compile.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };
const [, , baseUrl = "", token = "", day = ""] = process.argv;

type Order = components["schemas"]["Order"];
type Conflict = paths["/bookings"]["post"]["responses"][409]["content"]["application/problem+json"];

function must(holds: boolean, what: string, seen?: unknown): asserts holds {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

const airports = await client.GET("/airports", { params: { query: { q: "zurich", limit: 5 } } });
must(airports.data?.airports[0]?.iata === "ZRH", "airports", airports);

const found = await client.GET("/flights", { params: { query: { from: "ZRH", to: "LHR", date: day } } });
const flight = found.data?.flights[0];
must(flight !== undefined, "flights", found);

const order: Order = {
  flight_id: flight.id,
  passengers: [{ name: "Ada Lovelace", email: "ada@example.com" }],
  payment: { method: "card", token: "tok_visa" },
};
const booked = await client.POST("/bookings", { body: order, params: { header: { "Idempotency-Key": "ts-1" } } });
must(booked.data !== undefined && booked.response.status === 201, "book", booked);
const again = await client.POST("/bookings", { body: order });
must(again.data !== undefined && again.data.id !== booked.data.id, "book again", again);
const replayed = await client.POST("/bookings", { body: order, params: { header: { "Idempotency-Key": "ts-1" } } });
must(replayed.data?.id === booked.data.id, "book once", replayed);

const id = booked.data.id;
const read = await client.GET("/bookings/{id}", { params: { path: { id } } });
must(read.response.headers.get("ETag") !== null, "ETag", read);
must(read.data?.flight_id === flight.id && read.data.passengers[0]?.name === "Ada Lovelace", "read", read);

const ids: string[] = [];
for (let cursor: string | undefined; ; ) {
  const page = await client.GET("/bookings", { params: { query: { limit: 1, ...(cursor && { cursor }) } } });
  must(page.data !== undefined, "list", page);
  ids.push(...page.data.items.map((b) => b.id));
  cursor = page.data.next;
  if (!cursor) break;
}
must(ids.length === 2 && ids.includes(id), "pages", ids);

const missing = await client.GET("/bookings/{id}", { params: { path: { id: "a".repeat(26) } } });
must(missing.error?.status === 404 && missing.error.code === "unknown-booking", "404", missing);

const departed = await client.POST("/bookings", { body: { ...order, flight_id: flight.id.replace(/-.*/, "-20200106") } });
const conflict = departed.error as Conflict;
must(conflict.status === 409 && conflict.code === "departed", "409", departed);

const invalid = await client.POST("/bookings", { body: { ...order, flight_id: "", passengers: [] } });
const broken = invalid.error?.errors?.map((e) => e.pointer).sort().join();
must(invalid.error?.status === 422 && broken === "/flight_id,/passengers", "422", invalid);

// @ts-expect-error there is no such code
must(conflict.code !== "sold-ouch", "code");
// @ts-expect-error there is no such field
export const misspelt: Order = { ...order, flight: "VD1" };
// @ts-expect-error a member is missing
export const unpaid: Order = { flight_id: "VD1", passengers: [] };
// @ts-expect-error a voucher has a code and no token
export const unlike: Order["payment"] = { method: "voucher", token: "tok_visa" };
// @ts-expect-error a booking has no such status
must(booked.data.status !== "confirmd", "status");
export const neverCalled = () => {
  // @ts-expect-error there is no such path
  void client.GET("/bookinks");
  // @ts-expect-error a flight is looked for on a day
  void client.GET("/flights", { params: { query: { from: "ZRH", to: "LHR" } } });
};
