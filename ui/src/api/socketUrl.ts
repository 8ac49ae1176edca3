/** The address of one of the server's sockets; older web views take no relative ones. */
export function socketUrl(path: "/live" | "/phone", ticket: string): string {
  const url = new URL(`/api/v1${path}`, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("ticket", ticket);
  return url.href;
}
