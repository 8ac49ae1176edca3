/** Starts the console in whatever window it was loaded. */
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "@/components/tokens.css";
import "@/locales";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { phoneAccount, phoneOffer, socketTicket } from "@/api/session";
import { createHost } from "@/host";

import { App } from "./App";
import { createQueries } from "./queries";
import { createConsoleRouter } from "./router";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const host = await createHost({ ticket: socketTicket, account: phoneAccount, offer: phoneOffer });
const queries = createQueries();
const router = createConsoleRouter(queries);

createRoot(root).render(
  <StrictMode>
    <App host={host} queries={queries} router={router} />
  </StrictMode>,
);
