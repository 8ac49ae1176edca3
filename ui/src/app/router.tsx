/** The console's addresses. Screens are loaded when they are first opened. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type RouterHistory,
} from "@tanstack/react-router";

import { sessionQuery } from "@/api/session";
import type { CallStatus, ReportInterval } from "@/api/types";
import { Loading } from "@/components/Loading";
import { isAtLeast } from "@/lib/roles";

import { Shell } from "./Shell";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Shell });

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: ({ context }) => {
    const me = context.queries.getQueryData(sessionQuery.queryKey);
    const to = me && !isAtLeast(me.role, "supervisor") ? "/desk" : "/floor";
    throw redirect({ to });
  },
});

const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  component: lazyRouteComponent(() => import("@/features/desk/DeskScreen"), "DeskScreen"),
});

const floor = createRoute({
  getParentRoute: () => root,
  path: "/floor",
  validateSearch: (search): { call?: string; view?: "queues" | "conferences" } => ({
    call: text(search["call"]),
    view: search["view"] === "queues" || search["view"] === "conferences" ? search["view"] : undefined,
  }),
  component: lazyRouteComponent(() => import("@/features/floor/FloorScreen"), "FloorScreen"),
});

const history = createRoute({
  getParentRoute: () => root,
  path: "/history",
  validateSearch: (search): { search?: string; status?: CallStatus; assistant?: string } => ({
    search: text(search["search"]),
    status: text(search["status"]) as CallStatus | undefined,
    assistant: text(search["assistant"]),
  }),
  component: lazyRouteComponent(() => import("@/features/history/HistoryScreen"), "HistoryScreen"),
});

const past = createRoute({
  getParentRoute: () => root,
  path: "/history/$id",
  component: lazyRouteComponent(() => import("@/features/history/CallScreen"), "CallScreen"),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: "/reports",
  validateSearch: (
    search,
  ): { of?: "agents"; from?: string; to?: string; interval?: ReportInterval; id?: string } => ({
    of: search["of"] === "agents" ? "agents" : undefined,
    from: text(search["from"]),
    to: text(search["to"]),
    interval: text(search["interval"]) as ReportInterval | undefined,
    id: text(search["id"]),
  }),
  component: lazyRouteComponent(() => import("@/features/reports/ReportsScreen"), "ReportsScreen"),
});

const assistants = createRoute({
  getParentRoute: () => root,
  path: "/assistants",
  component: lazyRouteComponent(() => import("@/features/assistants/AssistantsScreen"), "AssistantsScreen"),
});

const assistant = createRoute({
  getParentRoute: () => root,
  path: "/assistants/$id",
  component: lazyRouteComponent(() => import("@/features/assistants/AssistantScreen"), "AssistantScreen"),
});

const lines = createRoute({
  getParentRoute: () => root,
  path: "/lines",
  component: lazyRouteComponent(() => import("./LinesScreen"), "LinesScreen"),
});

const phone = createRoute({
  getParentRoute: () => root,
  path: "/phone",
  component: lazyRouteComponent(() => import("@/features/softphone/PhoneScreen"), "PhoneScreen"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: (search): { tab?: string } => ({ tab: text(search["tab"]) }),
  component: lazyRouteComponent(() => import("@/features/settings/SettingsScreen"), "SettingsScreen"),
});

const tree = root.addChildren([
  index,
  desk,
  floor,
  history,
  past,
  reports,
  assistants,
  assistant,
  lines,
  phone,
  settings,
]);

export const createConsoleRouter = (queries: QueryClient, routerHistory?: RouterHistory) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    defaultPendingComponent: Loading,
    ...(routerHistory === undefined ? {} : { history: routerHistory }),
  });

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module "@tanstack/react-router" {
  interface Register {
    router: ConsoleRouter;
  }
}
