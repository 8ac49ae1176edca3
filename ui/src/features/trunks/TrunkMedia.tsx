/** How the audio of a trunk's calls is to be: encrypted or not, and in which codecs. */
import { MultiSelect, Select, SimpleGrid } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { useTranslation } from "react-i18next";

import type { Values } from "./TrunkDialog";

/** In the exchange's own order. */
const codecs = [
  { value: "pcmu", label: "G.711 µ-law" },
  { value: "pcma", label: "G.711 A-law" },
  { value: "g722", label: "G.722" },
  { value: "opus", label: "Opus" },
];

export function TrunkMedia({ form }: { form: UseFormReturnType<Values> }) {
  const { t } = useTranslation();
  const automatic = t(form.values.transport === "tls" ? "trunks.srtpAutoTls" : "trunks.srtpAuto");
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <Select
        label={t("trunks.srtp")}
        description={t("trunks.srtpHint")}
        data={[
          { value: "", label: automatic },
          { value: "off", label: t("trunks.srtpOff") },
          { value: "optional", label: t("trunks.srtpOptional") },
          { value: "required", label: t("trunks.srtpRequired") },
          { value: "dtls", label: t("trunks.srtpDtls") },
        ]}
        allowDeselect={false}
        {...form.getInputProps("srtp")}
      />
      <MultiSelect
        label={t("trunks.codecs")}
        description={t("trunks.codecsHint")}
        data={codecs}
        placeholder={form.values.codecs.length === 0 ? t("trunks.codecsAll") : undefined}
        {...form.getInputProps("codecs")}
      />
    </SimpleGrid>
  );
}
