/** Signing in with e-mail and password; paste and password managers welcome (WCAG 2.2, 3.3.8). */
import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { knownSignIn, sessionQuery, signIn } from "@/api/session";
import { Refused } from "@/components/Refused";

import classes from "./SignInScreen.module.css";

export function SignInScreen() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [known] = useState(knownSignIn);
  const form = useForm({
    initialValues: { email: known.email, password: known.password },
    validate: {
      email: (email) => (email.trim() === "" ? t("session.emailMissing") : null),
      password: (password) => (password === "" ? t("session.passwordMissing") : null),
    },
  });
  const attempt = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email.trim(), password),
    onSuccess: (me) => queries.setQueryData(sessionQuery.queryKey, me),
  });
  return (
    <main className={classes.screen}>
      <Paper withBorder shadow="sm" p="xl" radius="lg" className={classes.card} bg="var(--surface)">
        <form
          onSubmit={form.onSubmit((values) => {
            attempt.mutate(values);
          })}
          noValidate
        >
          <Stack>
            <div>
              <img src="/favicon.svg" width={40} height={40} alt="" />
              <Title order={1} size="h2" mt="xs">
                {t("common.product")}
              </Title>
              <Text c="dimmed">{t("session.slogan")}</Text>
            </div>
            {known.sandbox && (
              <Text size="sm" c="dimmed">
                {t("session.sandbox")}
              </Text>
            )}
            <Refused error={attempt.error} />
            <TextInput
              label={t("session.email")}
              type="email"
              autoComplete="username"
              data-autofocus
              {...form.getInputProps("email")}
            />
            <PasswordInput
              label={t("session.password")}
              autoComplete="current-password"
              visibilityToggleButtonProps={{
                "aria-label": t("session.showPassword"),
                tabIndex: 0,
                "aria-hidden": false,
              }}
              {...form.getInputProps("password")}
            />
            <Button type="submit" size="md" loading={attempt.isPending}>
              {t("session.signIn")}
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
