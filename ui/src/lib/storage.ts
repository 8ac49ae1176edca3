/** Preferences kept in this browser. Private windows may refuse storage: then they last as long as the page. */
export function load<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`tandem.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

export function save(key: string, value: unknown): void {
  try {
    localStorage.setItem(`tandem.${key}`, JSON.stringify(value));
  } catch {
    // Nothing is lost but the memory of it.
  }
}
