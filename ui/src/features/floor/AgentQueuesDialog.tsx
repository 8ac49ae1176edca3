/** In which queues somebody takes calls, and at which rank in each. */
import { Button, Checkbox, Group, Input, Modal, NumberInput, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { queuesQuery, setAgentQueues } from "@/api/queues";
import type { AgentView, Queue } from "@/api/types";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { useReadFloorAgain } from "./useFloor";

interface Props {
  agent: AgentView | null;
  onClose: () => void;
}

export function AgentQueuesDialog({ agent, onClose }: Props) {
  const { t } = useTranslation();
  const queues = useQuery({ ...queuesQuery, enabled: agent !== null });
  return (
    <Modal
      opened={agent !== null}
      onClose={onClose}
      title={t("queues.actsOf.agentQueues", { name: agent?.name ?? "" })}
      size="sm"
    >
      <Refused error={queues.error} />
      {queues.isPending && <Loading rows={3} />}
      {agent !== null && queues.data !== undefined && (
        <QueuesForm agent={agent} queues={queues.data} onClose={onClose} />
      )}
    </Modal>
  );
}

/** The ranks of somebody, by the queues that they are a member of. */
export function ranksOf(queues: readonly Queue[], user: string): ReadonlyMap<string, number> {
  return new Map(
    queues.flatMap(({ id, members }) =>
      members
        .filter((member) => member.kind === "person" && member.user === user)
        .map(({ rank }) => [id, rank ?? 0] as const),
    ),
  );
}

function QueuesForm({ agent, queues, onClose }: { agent: AgentView; queues: Queue[]; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const readAgain = useReadFloorAgain();
  const [ranks, setRanks] = useState(() => ranksOf(queues, agent.user));
  const change = (queue: string, rank: number | null) => {
    const next = new Map(ranks);
    if (rank === null) next.delete(queue);
    else next.set(queue, rank);
    setRanks(next);
  };
  const save = useMutation({
    mutationFn: () =>
      setAgentQueues(
        agent.user,
        [...ranks].map(([queue, rank]) => ({ queue, rank })),
      ),
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: queuesQuery.queryKey });
      await readAgain();
    },
    onSuccess: onClose,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack>
        <Refused error={save.error} />
        <Input.Wrapper
          label={t("agents.queues")}
          description={t("agents.queuesHint")}
          labelElement="div"
          role="group"
          aria-label={t("agents.queues")}
        >
          <Stack gap="xs" my="xs">
            {queues.map(({ id, name, settings }, index) => {
              const rank = ranks.get(id);
              return (
                <Group key={id} justify="space-between" wrap="nowrap" mih={36}>
                  <Checkbox
                    label={name}
                    checked={rank !== undefined}
                    onChange={({ currentTarget }) => {
                      change(id, currentTarget.checked ? 0 : null);
                    }}
                    {...(index === 0 ? { "data-autofocus": true } : {})}
                  />
                  {rank !== undefined && settings.strategy === "ranked" && (
                    <NumberInput
                      aria-label={t("queueForm.rankOf", { name })}
                      min={0}
                      max={100}
                      w={90}
                      size="xs"
                      value={rank}
                      onChange={(value) => {
                        change(id, typeof value === "number" ? value : 0);
                      }}
                    />
                  )}
                </Group>
              );
            })}
          </Stack>
        </Input.Wrapper>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
