/** One assistant, or a new one. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { assistantQuery } from "@/api/assistants";
import { Loading } from "@/components/Loading";
import { Refused } from "@/components/Refused";

import { AssistantEditor } from "./AssistantEditor";
import { newAssistant } from "./draft";

export function AssistantScreen() {
  const { id } = useParams({ from: "/assistants/$id" });
  const isNew = id === "new";
  const assistant = useQuery({ ...assistantQuery(id), enabled: !isNew });
  if (isNew) return <AssistantEditor key="new" saved={null} draft={newAssistant} />;
  if (assistant.isError) return <Refused error={assistant.error} retry={() => void assistant.refetch()} />;
  if (assistant.data === undefined) return <Loading rows={8} height={52} />;
  // Loading the newer version after a conflict starts the form anew.
  return (
    <AssistantEditor
      key={`${id}-${String(assistant.data.version)}`}
      saved={assistant.data}
      draft={assistant.data}
    />
  );
}
