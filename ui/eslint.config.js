/** Lint rules: types, hooks, accessibility, the walls between folders, and no text outside the locales. */
import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

const tauri = {
  group: ["@tauri-apps/*"],
  message: "Only src/host speaks to the desktop; ask the Host.",
};
const wall = (...folders) => ({
  group: folders.flatMap((folder) => [`@/${folder}`, `@/${folder}/*`]),
  message: "app → features → components, host, lib, api; nothing imports upwards or across.",
});
const restrict = (...patterns) => ({ "no-restricted-imports": ["error", { patterns }] });

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [jsxA11y.flatConfigs.strict, reactHooks.configs.flat["recommended-latest"]],
    languageOptions: { globals: globals.browser },
    rules: {
      ...restrict(tauri),
      "max-lines": ["error", 400],
      "no-console": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "react-hooks/incompatible-library": "off",
    },
  },
  { files: ["src/features/**"], rules: restrict(tauri, wall("app", "features")) },
  { files: ["src/{components,host}/**"], rules: restrict(tauri, wall("app", "features")) },
  { files: ["src/{lib,api}/**"], rules: restrict(tauri, wall("app", "features", "components", "host")) },
  { files: ["src/host/**"], rules: restrict(wall("app", "features", "components")) },
  {
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx", "src/test/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "JSXText[value=/[A-Za-z]{2,}/]", message: "Texts live in src/locales." },
        {
          selector:
            "JSXAttribute[name.name=/^(label|placeholder|title|aria-label|description|alt)$/] > Literal[value=/[A-Za-z]{2,}/]",
          message: "Texts live in src/locales.",
        },
      ],
    },
  },
  { files: ["dev/**", "*.config.*"], languageOptions: { globals: { ...globals.node, ...globals.browser } } },
);
