/** Renders the console, or a part of it, against made-up answers of the server. */
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

import { App } from "@/app/App";
import { createConsoleRouter } from "@/app/router";
import { type Host, HostContext, type PhoneStatus } from "@/host/host";

export type Answers = Record<string, unknown>;

export interface Asked {
  method: string;
  path: string;
  body: unknown;
  headers: Headers;
}

/** Answers `GET /path` and the like; what is not there is 404. A function is given the request. */
export function serve(answers: Answers): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const path = new URL(request.url).pathname.replace("/api/v1", "");
    const text = await request.text();
    const one = {
      method: request.method,
      path,
      body: text === "" ? undefined : JSON.parse(text),
      headers: request.headers,
    };
    asked.push(one);
    const found = answers[`${request.method} ${path}`];
    const value = typeof found === "function" ? await (found as (asked: Asked) => unknown)(one) : found;
    if (value instanceof Response) return value.clone();
    if (value === undefined) return refuse(404, "not_found", "There is no such thing");
    return Response.json(value);
  });
  return asked;
}

export const refuse = (status: number, code: string, detail: string, rest: object = {}): Response =>
  Response.json(
    {
      type: "",
      title: detail,
      status,
      detail,
      instance: "",
      code,
      errors: [],
      request_id: "",
      floor: null,
      ...rest,
    },
    { status },
  );

export function fakeHost(status: PhoneStatus = "ready"): Host {
  let state = { status, detail: null, input: null, output: null, plain: false, muted: false };
  const listeners = new Set<() => void>();
  return {
    kind: "browser",
    notify: () => undefined,
    phone: {
      state: () => state,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      answer: () => Promise.resolve(),
      hangUp: () => Promise.resolve(),
      mute: (muted) => {
        state = { ...state, muted };
        for (const listener of listeners) listener();
      },
      devices: () => Promise.resolve({ inputs: [], outputs: [] }),
      select: () => Promise.resolve(),
      onLevel: () => () => undefined,
      echoTest: () => Promise.resolve(),
    },
  };
}

const quiet = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });

export const renderPart = (part: ReactNode, host: Host = fakeHost()) =>
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={quiet()}>
        <HostContext value={host}>{part}</HostContext>
      </QueryClientProvider>
    </MantineProvider>,
  );

export function renderConsole(path: string, host: Host = fakeHost()) {
  const queries = quiet();
  const router = createConsoleRouter(queries, createMemoryHistory({ initialEntries: [path] }));
  return { router, ...render(<App host={host} queries={queries} router={router} />) };
}
