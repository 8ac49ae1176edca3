/** The recording: both sides drawn, played from wherever one clicks. */
import { ActionIcon, Anchor, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { waveformQuery } from "@/api/calls";
import type { Call } from "@/api/types";
import { Card } from "@/components/Card";
import { IconPlayerPause, IconPlayerPlay } from "@/components/icons";
import { Loading } from "@/components/Loading";
import { duration } from "@/lib/format/time";
import { type Entry, pauses } from "@/lib/timeline";

import { type Clock, type Playback, useClock } from "./usePlayback";
import { Waveform } from "./Waveform";

interface Props {
  call: Call;
  recording: NonNullable<Call["recording"]>;
  playback: Playback;
  entries: readonly Entry[];
}

const slices = 600;
const formats = ["wav", "mp3", "ogg"] as const;

export function Player({ call, recording, playback, entries }: Props) {
  const { t } = useTranslation();
  const { attach, toggle, playing, seek, clock } = playback;
  const waveform = useQuery({ ...waveformQuery(call.id, slices), enabled: recording.complete });
  if (!recording.complete) {
    return (
      <Card title={t("player.title")}>
        <Text size="sm">
          {t(recording.state === "not_recorded" ? "player.notRecorded" : "player.notWhole")}
        </Text>
      </Card>
    );
  }
  const marks = entries.filter((entry) => entry.kind === "mark").map(({ atMs }) => atMs);
  const gaps = pauses(entries, recording.duration_ms);
  return (
    <Card
      title={t("player.title")}
      actions={
        <Group gap="sm">
          {formats.map((format) => (
            <Anchor
              key={format}
              href={`${recording.url}?format=${format}`}
              download={`${call.id}.${format}`}
              size="sm"
              aria-label={t("player.downloadAs", { format: format.toUpperCase() })}
            >
              {format.toUpperCase()}
            </Anchor>
          ))}
        </Group>
      }
    >
      {/* What is said stands in the transcript beside it. */}
      {/* eslint-disable-next-line jsx-a11y/media-has-caption */}
      <audio ref={attach} src={recording.url} preload="metadata" />
      <Group wrap="nowrap" align="center">
        <ActionIcon
          size={44}
          radius="xl"
          onClick={toggle}
          aria-label={t(playing ? "player.pause" : "player.play")}
        >
          {playing ? <IconPlayerPause size={22} /> : <IconPlayerPlay size={22} />}
        </ActionIcon>
        <div style={{ flex: 1, minWidth: 0 }}>
          {waveform.isPending ? (
            <Loading rows={1} height={84} />
          ) : (
            <Waveform
              shape={waveform.data ?? null}
              durationMs={recording.duration_ms}
              marks={marks}
              gaps={gaps}
              clock={clock}
              onSeek={seek}
            />
          )}
        </div>
      </Group>
      {recording.state === "incomplete" && <Text size="sm">{t("player.incomplete")}</Text>}
      {gaps.map(({ from, to }) => (
        <Text key={from} size="xs" c="dimmed">
          {t("player.gap", { from: duration(from), to: duration(to) })}
        </Text>
      ))}
      <Group justify="space-between">
        <Place clock={clock} durationMs={recording.duration_ms} />
        <Text size="xs" c="dimmed">
          {t("player.sides")}
        </Text>
      </Group>
    </Card>
  );
}

function Place({ clock, durationMs }: { clock: Clock; durationMs: number }) {
  const now = useClock(clock, duration);
  return (
    <Text size="sm">
      {now} / {duration(durationMs)}
    </Text>
  );
}
