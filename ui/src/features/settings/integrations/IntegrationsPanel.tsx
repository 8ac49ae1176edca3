/** The published APIs: where a client points, its keys, and a first request to copy. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { keysQuery } from "@/api/people";
import { Card } from "@/components/Card";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { ContractCard } from "./ContractCard";
import { published } from "./examples";

export function IntegrationsPanel() {
  const { t } = useTranslation();
  const keys = useQuery(keysQuery);
  return (
    <Card title={t("settings.integrations")} hint={t("integrations.hint")}>
      <Refused error={keys.error} />
      {keys.isPending && <Loading rows={5} />}
      {keys.data !== undefined &&
        published.map((one) => (
          <ContractCard
            key={one.contract}
            api={one}
            keys={keys.data.filter(
              ({ contract, revoked_at }) => contract === one.contract && revoked_at === null,
            )}
          />
        ))}
    </Card>
  );
}
