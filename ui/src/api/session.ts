/** Signing in and out, and tickets for the sockets. */
import { queryOptions } from "@tanstack/react-query";

import { answer, client, done } from "./client";
import { isRefusal } from "./refusal";
import type { Me } from "./types";

/** Who is signed in; `null` where nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await answer(client.GET("/session"));
    } catch (error) {
      if (isRefusal(error) && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: Infinity,
});

export const signIn = (email: string, password: string) =>
  answer(client.POST("/session", { body: { email, password } }));

export const signOut = () => done(client.DELETE("/session"));

export const phoneAccount = () => answer(client.GET("/me/phone"));

/** A single-use ticket that opens a WebSocket within 30 s. */
export const socketTicket = async () => (await answer(client.POST("/live/ticket"))).ticket;
