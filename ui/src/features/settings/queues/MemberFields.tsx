/** Who takes the calls of a queue. */
import { ActionIcon, Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { IconHeadset, IconRobot, IconX } from "@/components/icons";

import type { QueueForm } from "./QueueDialog";
import { memberFrom, memberKey } from "./queueForm";
import { useMembers } from "./useMembers";

export function MemberFields({ form }: { form: QueueForm }) {
  const { t } = useTranslation();
  const { choices, nameOf } = useMembers();
  const { members, settings } = form.values;
  const ranked = settings.strategy === "ranked";
  const there = new Set(members.map(memberKey));
  return (
    <Stack gap="xs">
      {members.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("queueForm.noMembersHint")}
        </Text>
      )}
      {members.map((member, at) => {
        const key = memberKey(member);
        const name = nameOf(key);
        const { error } = form.getInputProps(`members.${String(at)}`);
        const Icon = member.kind === "person" ? IconHeadset : IconRobot;
        return (
          <div key={key}>
            <Group gap="xs" wrap="nowrap">
              <Icon size={16} aria-hidden />
              <Text size="sm" style={{ flex: 1 }}>
                {name}{" "}
                <Text span size="xs" c="dimmed">
                  {t(`queueForm.kinds.${member.kind}`)}
                </Text>
              </Text>
              {ranked && (
                <NumberInput
                  w={90}
                  size="xs"
                  min={0}
                  allowDecimal={false}
                  aria-label={t("queueForm.rankOf", { name })}
                  value={member.rank}
                  onChange={(rank) => {
                    form.setFieldValue(`members.${String(at)}.rank`, typeof rank === "number" ? rank : 0);
                  }}
                />
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                c="var(--ink-2)"
                aria-label={t("queueForm.removeMember", { name })}
                onClick={() => {
                  form.removeListItem("members", at);
                }}
              >
                <IconX size={17} />
              </ActionIcon>
            </Group>
            {error !== undefined && (
              <Text size="xs" c="var(--bad)" role="alert">
                {String(error)}
              </Text>
            )}
          </div>
        );
      })}
      {ranked && (
        <Text size="xs" c="dimmed">
          {t("queueForm.rankHint")}
        </Text>
      )}
      <Select
        searchable
        aria-label={t("queueForm.addMember")}
        placeholder={t("queueForm.addMember")}
        data={choices
          .map(({ group, items }) => ({ group, items: items.filter(({ value }) => !there.has(value)) }))
          .filter(({ items }) => items.length > 0)}
        value={null}
        onChange={(key) => {
          if (key !== null) form.insertListItem("members", { ...memberFrom(key), rank: 0 });
        }}
      />
    </Stack>
  );
}
