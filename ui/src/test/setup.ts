/** What jsdom lacks of a browser, and a clean page after each test. */
import "@testing-library/jest-dom/vitest";
import "@/locales";

import { notifications } from "@mantine/notifications";
import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// Screens are loaded when first opened, which takes its time on a busy machine.
configure({ asyncUtilTimeout: 5000 });

class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
// Not stubGlobal: tests take their own stubs back, these stay.
window.ResizeObserver = NoObserver as unknown as typeof ResizeObserver;
window.scrollTo = () => undefined;
Object.defineProperty(document, "fonts", { value: new EventTarget() });

window.matchMedia = (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
  }) as unknown as MediaQueryList;

Element.prototype.scrollIntoView = () => undefined;
HTMLCanvasElement.prototype.getContext = () => null;
HTMLMediaElement.prototype.play = () => Promise.resolve();
HTMLMediaElement.prototype.pause = () => undefined;

// Virtual lists draw what fits: in jsdom everything would be 0 high.
for (const [name, size] of [
  ["clientHeight", 600],
  ["clientWidth", 400],
] as const) {
  Object.defineProperty(HTMLElement.prototype, name, { configurable: true, value: size });
}

afterEach(() => {
  cleanup();
  notifications.clean();
  localStorage.clear();
});
