/** Webhooks: where they go, and what became of each; administrators only. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { answer, client } from "./client";
import type { DeliveryState, WebhookRedeliver, WebhookWrite } from "./types";

export const webhooksQuery = queryOptions({
  queryKey: ["webhooks"],
  queryFn: async () => (await answer(client.GET("/webhooks"))).items,
  // One may be switched off by itself.
  refetchInterval: 10_000,
});

export const createWebhook = (body: WebhookWrite) => answer(client.POST("/webhooks", { body }));

export const replaceWebhook = (id: string, body: WebhookWrite) =>
  answer(client.PUT("/webhooks/{id}", { params: { path: { id } }, body }));

export const deleteWebhook = (id: string) =>
  answer(client.DELETE("/webhooks/{id}", { params: { path: { id } } }));

export const rotateWebhook = (id: string, overlap_s: number) =>
  answer(client.POST("/webhooks/{id}/rotate", { params: { path: { id } }, body: { overlap_s } }));

export const testWebhook = (id: string) =>
  answer(client.POST("/webhooks/{id}/test", { params: { path: { id } } }));

export const redeliverRange = (id: string, body: WebhookRedeliver) =>
  answer(client.POST("/webhooks/{id}/redeliver", { params: { path: { id } }, body }));

export const deliveriesQuery = (webhook: string | null, state: DeliveryState | null) =>
  infiniteQueryOptions({
    queryKey: ["webhook-deliveries", webhook, state],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      answer(
        client.GET("/webhook-deliveries", {
          params: {
            query: {
              ...(webhook === null ? {} : { webhook }),
              ...(state === null ? {} : { state }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
              limit: 50,
            },
          },
        }),
      ),
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: 5_000,
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ["webhook-delivery", id],
    queryFn: () => answer(client.GET("/webhook-deliveries/{id}", { params: { path: { id } } })),
    refetchInterval: 3_000,
  });

export const redeliver = (id: string) =>
  answer(client.POST("/webhook-deliveries/{id}/redeliver", { params: { path: { id } } }));
