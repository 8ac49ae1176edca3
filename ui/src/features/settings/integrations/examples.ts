/** The first request of each published API's own text, with our address in it. */
import type { Contract } from "@/api/types";

export interface Published {
  contract: Contract;
  /** What a client sets as its base URL, below the server's address. */
  base: string;
  method: "GET" | "POST";
  path: string;
  body?: string;
}

export const published: readonly Published[] = [
  {
    contract: "sauti",
    base: "/sauti",
    method: "POST",
    path: "/v1/calls",
    body: `{
    "assistantId": "asst_jane_collections",
    "phoneNumberId": "pn_jakarta_01",
    "customer": {
      "number": "+62812345678",
      "name": "Rina Wijaya"
    }
  }`,
  },
  { contract: "va", base: "/va/api/v1", method: "GET", path: "/agents?enabled=true&limit=10" },
  {
    contract: "voice",
    base: "/voice",
    method: "POST",
    path: "/v1/calls",
    body: `{
    "phone": "+996700000000",
    "agent": "akylai"
  }`,
  },
  { contract: "audatec", base: "/audatec/integration/v1", method: "GET", path: "/agents" },
  {
    contract: "sautikit",
    base: "/sautikit",
    method: "POST",
    path: "/v1/calls",
    body: `{
    "to": "+254711222333",
    "from": "+254700000001",
    "action_url": "https://yourapp.example.com/calls/outbound-answer",
    "status_url": "https://yourapp.example.com/calls/outbound-status"
  }`,
  },
];

/** Ready to be pasted into a shell; the key is a variable there, so that it does not land in the history. */
export function curl({ base, method, path, body }: Published, origin: string): string {
  const lines = [
    `curl -X ${method} "${origin}${base}${path}"`,
    '  -H "Authorization: Bearer $API_KEY"',
    ...(body === undefined ? [] : ['  -H "Content-Type: application/json"', `  -d '${body}'`]),
  ];
  return lines.join(" \\\n");
}
