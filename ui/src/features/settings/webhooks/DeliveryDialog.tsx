/** One delivery: every try with its answer, and sending it again. */
import { Button, Code, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { deliveryQuery, redeliver } from "@/api/webhooks";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";
import { latency, moment } from "@/lib/format/time";

export function DeliveryDialog({ id, onClose }: { id: string | null; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened={id !== null} onClose={onClose} title={t("webhooks.delivery")} size="lg">
      {id !== null && <Tries id={id} />}
    </Modal>
  );
}

function Tries({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const found = useQuery(deliveryQuery(id));
  const again = useMutation({
    mutationFn: () => redeliver(id),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ["webhook-delivery", id] }),
        queries.invalidateQueries({ queryKey: ["webhook-deliveries"] }),
      ]),
  });
  if (found.data === undefined)
    return found.isPending ? <Loading rows={3} /> : <Refused error={found.error} />;
  const { delivery, tries } = found.data;
  return (
    <Stack>
      <Refused error={again.error} />
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {delivery.topic} · {delivery.url}
      </Text>
      <Text size="xs" c="dimmed">
        {t("webhooks.idHint")} <Code>{delivery.id}</Code>
      </Text>
      {tries.length === 0 ? (
        <Text size="sm">{t("webhooks.notTried")}</Text>
      ) : (
        <Table.ScrollContainer type="native" minWidth={480}>
          <Table aria-label={t("webhooks.tries")} verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t("webhooks.when")}</Table.Th>
                <Table.Th scope="col">{t("webhooks.status")}</Table.Th>
                <Table.Th scope="col">{t("webhooks.took")}</Table.Th>
                <Table.Th scope="col">{t("webhooks.answer")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {tries.map((one, place) => (
                // Tries are only ever added at the end.
                <Table.Tr key={place}>
                  <Table.Td>{moment(one.at, i18n.language)}</Table.Td>
                  <Table.Td>{one.status ?? "–"}</Table.Td>
                  <Table.Td>{latency(one.duration_ms, i18n.language)}</Table.Td>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>
                    {one.error ?? one.answer ?? t("webhooks.noAnswer")}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <Group justify="flex-end">
        <Button
          disabled={delivery.state === "pending"}
          loading={again.isPending}
          onClick={() => {
            again.mutate();
          }}
        >
          {t("webhooks.again")}
        </Button>
      </Group>
    </Stack>
  );
}
