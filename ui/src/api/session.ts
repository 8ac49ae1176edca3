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

/** Answers this browser's WebRTC offer. */
export const phoneOffer = async (sdp: string) =>
  (await answer(client.POST("/phone/offer", { body: { sdp } }))).sdp;

interface SignInForm {
  email: string;
  password: string;
}

declare global {
  interface Window {
    /** Set by the desktop program when it opened a sandbox, whose people are made up. */
    readonly __TANDEM_SIGN_IN__?: SignInForm;
  }
}

/** What the sign-in form begins with; `sandbox`: somebody made up has been filled in. */
export const knownSignIn = (): SignInForm & { sandbox: boolean } => {
  const known = window.__TANDEM_SIGN_IN__;
  return { email: known?.email ?? "", password: known?.password ?? "", sandbox: known !== undefined };
};
