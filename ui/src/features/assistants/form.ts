/** The editor's form, shared by its sections. */
import { createFormContext } from "@mantine/form";

import type { Draft } from "./draft";

export const [AssistantFormProvider, useAssistantForm, useNewAssistantForm] = createFormContext<Draft>();
