/** What a person can do, how well, and how many calls at once. */
import {
  ActionIcon,
  Autocomplete,
  Button,
  Group,
  Modal,
  NumberInput,
  Stack,
  Switch,
  Text,
} from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { floorQuery, saveAgent } from "@/api/queues";
import { isRefusal } from "@/api/refusal";
import type { AgentView, User } from "@/api/types";
import { IconPlus, IconX } from "@/components/icons";
import { DialogFooter } from "@/components/DialogFooter";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

interface Props {
  person: User | null;
  onClose: () => void;
}

export function SkillsDialog({ person, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal opened={person !== null} onClose={onClose} title={t("skills.of", { name: person?.name ?? "" })}>
      {person !== null && <Read person={person} onClose={onClose} />}
    </Modal>
  );
}

/** Nothing is edited before it is known what there is. */
function Read({ person, onClose }: { person: User; onClose: () => void }) {
  const floor = useQuery(floorQuery);
  if (floor.data === undefined)
    return floor.isPending ? <Loading rows={3} /> : <Refused error={floor.error} />;
  const { agents } = floor.data;
  return (
    <SkillsForm
      person={person}
      agent={agents.find(({ user }) => user === person.id)}
      known={[...new Set(agents.flatMap(({ skills }) => Object.keys(skills)))].sort()}
      onClose={onClose}
    />
  );
}

interface FormProps {
  person: User;
  agent: AgentView | undefined;
  known: string[];
  onClose: () => void;
}

function SkillsForm({ person, agent, known, onClose }: FormProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      skills: Object.entries(agent?.skills ?? {}).map(([name, level]) => ({ name, level })),
      capacity: agent?.capacity ?? 1,
      pinned: agent?.pinned ?? false,
    },
    validate: {
      skills: {
        name: (name, { skills }) =>
          name.trim() === ""
            ? t("common.required")
            : skills.filter((other) => other.name.trim() === name.trim()).length > 1
              ? t("skills.twice")
              : null,
      },
    },
  });
  const { skills } = form.values;
  const save = useMutation({
    mutationFn: ({ skills: rows, capacity, pinned }: typeof form.values) =>
      saveAgent(person.id, {
        skills: Object.fromEntries(rows.map(({ name, level }) => [name.trim(), level])),
        capacity,
        pinned,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: floorQuery.queryKey });
      onClose();
    },
    onError: (error) => {
      if (!isRefusal(error)) return;
      const place = (field: string) => {
        const at = skills.findIndex(({ name }) => `skills.${name.trim()}` === field);
        return at < 0 ? field : `skills.${String(at)}.name`;
      };
      form.setErrors(Object.fromEntries(error.errors.map(({ field, expected }) => [place(field), expected])));
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        save.mutate(values);
      })}
      noValidate
    >
      <Stack>
        <Refused error={save.error} />
        {skills.length === 0 && (
          <Text size="sm" c="dimmed">
            {t("skills.noneHint")}
          </Text>
        )}
        {skills.map((_, at) => (
          // A place is what a row is: names are edited.
          <Group key={at} gap="xs" wrap="nowrap" align="flex-start">
            <Autocomplete
              style={{ flex: 1 }}
              aria-label={t("skills.name", { place: at + 1 })}
              placeholder={t("skills.example")}
              maxLength={50}
              data={known}
              {...form.getInputProps(`skills.${String(at)}.name`)}
            />
            <NumberInput
              w={90}
              aria-label={t("skills.level", { place: at + 1 })}
              min={1}
              max={10}
              clampBehavior="strict"
              allowDecimal={false}
              {...form.getInputProps(`skills.${String(at)}.level`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              c="var(--ink-2)"
              mt={4}
              aria-label={t("skills.remove", { place: at + 1 })}
              onClick={() => {
                form.removeListItem("skills", at);
              }}
            >
              <IconX size={17} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            disabled={skills.length >= 50}
            onClick={() => {
              form.insertListItem("skills", { name: "", level: 5 });
            }}
          >
            {t("skills.add")}
          </Button>
        </Group>
        <NumberInput
          label={t("skills.capacity")}
          description={t("skills.capacityHint")}
          min={1}
          max={10}
          allowDecimal={false}
          {...form.getInputProps("capacity")}
        />
        <Switch
          label={t("skills.pinned")}
          description={t("skills.pinnedHint")}
          {...form.getInputProps("pinned", { type: "checkbox" })}
        />
        <DialogFooter onClose={onClose} saving={save.isPending} />
      </Stack>
    </form>
  );
}
