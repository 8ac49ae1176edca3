/** Every text of the console, by language. A language is a folder; English is what the others are checked against. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import { english } from "./en";

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: english } },
  interpolation: { escapeValue: false },
  returnNull: false,
  showSupportNotice: false,
});

i18next.on("languageChanged", (language) => {
  document.documentElement.lang = language;
});

export { i18next };
