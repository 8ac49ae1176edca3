/** Everything around the screens: theme, queries, host, notifications, sign-in. */
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { sessionQuery } from "@/api/session";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { SignInScreen } from "@/features/session/SignInScreen";
import { type Host, HostContext } from "@/host";

import type { ConsoleRouter } from "./router";
import { consoleTheme } from "./theme";
import { useLiveSocket } from "./useLiveSocket";

interface Props {
  host: Host;
  queries: QueryClient;
  router: ConsoleRouter;
}

export function App({ host, queries, router }: Props) {
  const { t } = useTranslation();
  const theme = useMemo(() => consoleTheme(t), [t]);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <HostContext value={host}>
          <Notifications position="bottom-right" limit={3} />
          <Gate router={router} />
        </HostContext>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Gate({ router }: { router: ConsoleRouter }) {
  const session = useQuery(sessionQuery);
  useLiveSocket(session.data ?? null);
  if (session.isPending) return <Loading rows={3} height={60} />;
  if (session.isError) return <Refused error={session.error} retry={() => void session.refetch()} />;
  if (session.data === null) return <SignInScreen />;
  return <RouterProvider router={router} />;
}
