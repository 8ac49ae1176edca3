/** The typed client of the console API; answers are values, refusals are thrown. */
import createClient from "openapi-fetch";

import { Refusal, refusalFrom } from "./refusal";
import type { paths } from "./schema";

export const apiBase = () => new URL("/api/v1", window.location.origin).href;

export const client = createClient<paths>({
  baseUrl: apiBase(),
  credentials: "same-origin",
  // Looked up at each request, so that a test can put its own in place.
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's body. Throws a `Refusal` for anything but success. */
export async function answer<T>(request: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await reached(request);
  if (!response.ok) throw refusalFrom(response.status, error);
  if (data === undefined || data === null) throw new Refusal("unreadable", response.status, "empty answer");
  return data;
}

/** For operations that answer with nothing. */
export async function done(request: Promise<Answer<unknown>>): Promise<void> {
  const { error, response } = await reached(request);
  if (!response.ok) throw refusalFrom(response.status, error);
}

async function reached<T>(request: Promise<Answer<T>>): Promise<Answer<T>> {
  try {
    return await request;
  } catch (error) {
    // fetch() rejects only where nothing answered (or the answer was not JSON).
    throw new Refusal("offline", 0, error instanceof Error ? error.message : String(error));
  }
}
