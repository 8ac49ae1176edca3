/** What the server refused, as an error that keeps its code, its fields and the floor as it is now. */
import type { Floor, Problem } from "./types";

export type RefusalCode = Problem["code"] | "offline" | "unreadable";

export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly errors: Problem["errors"];
  readonly floor: Floor | null;

  constructor(code: RefusalCode, status: number, detail: string, problem?: Problem) {
    super(detail);
    this.name = "Refusal";
    this.code = code;
    this.status = status;
    this.errors = problem?.errors ?? [];
    this.floor = problem?.floor ?? null;
  }

  /** What was expected of a field (`settings.turns.idle_prompt_s`), where it was not as expected. */
  expected(field: string): string | undefined {
    return this.errors.find((error) => error.field === field)?.expected;
  }
}

/** Reads a refusal from whatever the server answered with. */
export function refusalFrom(status: number, body: unknown): Refusal {
  const problem = body as Problem | undefined;
  return typeof problem === "object" && problem !== null && typeof problem.code === "string"
    ? new Refusal(problem.code, status, problem.detail || problem.title, problem)
    : new Refusal("unreadable", status, `HTTP ${String(status)}`);
}

export const isRefusal = (error: unknown, code?: RefusalCode): error is Refusal =>
  error instanceof Refusal && (code === undefined || error.code === code);
