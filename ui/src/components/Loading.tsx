/** Grey bars where rows will be, said once to screen readers. */
import { Skeleton, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function Loading({ rows = 6, height = 40 }: { rows?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="xs" role="status" aria-label={t("common.loading")} p="xs">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius="sm" />
      ))}
    </Stack>
  );
}
