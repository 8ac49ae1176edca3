/** In which queues somebody takes calls. */
import { Button, Checkbox, Group, Modal, Stack } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { queuesQuery, saveQueue } from "@/api/queues";
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
  return (
    <Modal
      opened={agent !== null}
      onClose={onClose}
      title={t("queues.actsOf.agentQueues", { name: agent?.name ?? "" })}
      size="sm"
    >
      {agent !== null && <QueuesForm agent={agent} onClose={onClose} />}
    </Modal>
  );
}

const isMember = ({ members }: Queue, user: string) =>
  members.some((member) => member.kind === "person" && member.user === user);

/** The queues whose members have to change, with the members they should have. */
export function changed(queues: readonly Queue[], user: string, wanted: ReadonlySet<string>) {
  return queues
    .filter((queue) => isMember(queue, user) !== wanted.has(queue.id))
    .map((queue): Queue => ({
      ...queue,
      members: wanted.has(queue.id)
        ? [...queue.members, { kind: "person", user, rank: 0 }]
        : queue.members.filter((member) => !(member.kind === "person" && member.user === user)),
    }));
}

function QueuesForm({ agent, onClose }: { agent: AgentView; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const readAgain = useReadFloorAgain();
  const queues = useQuery(queuesQuery);
  const [wanted, setWanted] = useState<readonly string[]>(agent.queues);
  const save = useMutation({
    mutationFn: async () => {
      // A queue is written as a whole: what others changed meanwhile must not be undone.
      const now = await queries.fetchQuery({ ...queuesQuery, staleTime: 0 });
      for (const { id, name, settings, members } of changed(now, agent.user, new Set(wanted))) {
        await saveQueue(id, { name, settings, members });
      }
    },
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
        <Refused error={queues.error ?? save.error} />
        {queues.isPending && <Loading rows={3} />}
        <Checkbox.Group
          label={t("agents.queues")}
          description={t("agents.queuesHint")}
          value={[...wanted]}
          onChange={setWanted}
        >
          <Stack gap="xs" my="xs">
            {queues.data?.map(({ id, name }, index) => (
              <Checkbox
                key={id}
                value={id}
                label={name}
                {...(index === 0 ? { "data-autofocus": true } : {})}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={queues.data === undefined}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
