/** A telephone number, typed or pasted in any grouping, with the sandbox's customers to choose from. */
import { Autocomplete, type AutocompleteProps } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { isE164, showNumber, toE164 } from "@/lib/format/number";

interface Suggestion {
  number: string;
  name: string;
  description?: string;
}

interface Props extends Omit<AutocompleteProps, "data"> {
  suggestions?: readonly Suggestion[];
}

export function NumberInputField({ suggestions = [], value = "", ...rest }: Props) {
  const { t } = useTranslation();
  const number = toE164(value);
  const known = new Map(suggestions.map((each) => [each.number, each]));
  const hint = value === "" ? t("number.hint") : isE164(number) ? showNumber(number) : t("number.hint");
  const name = known.get(number)?.name;
  return (
    <Autocomplete
      type="tel"
      inputMode="tel"
      autoComplete="off"
      placeholder="+628123456789"
      description={name === undefined ? hint : `${hint} · ${name}`}
      value={value}
      data={[...known.keys()]}
      maxDropdownHeight={280}
      renderOption={({ option }) => (
        <span>
          {showNumber(option.value)} · {known.get(option.value)?.name}
          <br />
          <small style={{ color: "var(--ink-2)" }}>{known.get(option.value)?.description}</small>
        </span>
      )}
      {...rest}
    />
  );
}
