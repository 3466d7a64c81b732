import type { Recording } from "evenkeel/analysis";
import { colours } from "../drawing/colours.ts";
import { sides } from "../panels/panel.ts";
import { normalisations, type Settings } from "../settings.ts";
import type { Points } from "../training/series.ts";
import type { Frame } from "../training/session.ts";
import { inWords } from "./code.ts";

/** Offers a file to the reader. */
export function offer(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What a panel has drawn as one picture, with its title above and the settings below. */
export function pictureOf(panel: HTMLElement, title: string, settings: Settings): Promise<Blob | null> {
  const canvases = [...panel.querySelectorAll("canvas")].filter((canvas) => canvas.clientWidth > 0);
  const box = panel.getBoundingClientRect();
  const places = canvases.map((canvas) => ({ canvas, at: canvas.getBoundingClientRect() }));
  const top = Math.min(...places.map(({ at }) => at.top));
  const bottom = Math.max(...places.map(({ at }) => at.bottom));
  const ratio = 2;
  const picture = document.createElement("canvas");
  picture.width = box.width * ratio;
  picture.height = (bottom - top + 90) * ratio;
  const context = picture.getContext("2d");
  if (context === null) return Promise.resolve(null);
  const { text, soft, ground, ...inks } = colours();
  context.scale(ratio, ratio);
  context.fillStyle = ground;
  context.fillRect(0, 0, box.width, bottom - top + 90);
  context.fillStyle = text;
  context.font = "bold 18px system-ui, sans-serif";
  context.fillText(title, 8, 28);
  for (const { canvas, at } of places)
    context.drawImage(canvas, at.left - box.left, at.top - top + 48, at.width, at.height);
  for (const [i, side] of sides.entries()) {
    context.fillStyle = inks[side];
    context.font = "bold 13px system-ui, sans-serif";
    context.fillText(`${side}: ${normalisations[settings[side]]}`, 8 + (i * box.width) / 2, bottom - top + 62);
  }
  context.fillStyle = soft;
  context.font = "11px system-ui, sans-serif";
  context.fillText(inWords(settings), 8, bottom - top + 82, box.width - 16);
  return new Promise((resolve) => picture.toBlob(resolve, "image/png"));
}

/** The run as a recording that `readRecording` reads: what the panels show of it, over steps. */
export function recordingOf(frame: Frame, settings: Settings, version: string): Recording {
  const rows = frame.columns.flatMap(({ losses, heldOut, moved, changed, line }, i) => {
    const series: Readonly<Record<string, Points>> = {
      loss: losses,
      "held-out loss": heldOut,
      "shift of 2015": moved,
      "shift of 2018": changed,
      "least loss along the gradient": line.least,
      "largest loss along the gradient": line.most,
      "change of the gradient": line.distance,
      "effective β": line.beta,
    };
    return Object.entries(series).flatMap(([metric, { steps, values }]) =>
      steps.map((step, j) => ({ step, layer: sides[i], metric, value: Number.isFinite(values[j]) ? values[j] : null })),
    );
  });
  return {
    kind: "recording",
    schema: 1,
    version,
    seed: settings.seed,
    options: { probes: {}, optimizer: { name: settings.optimizer, groups: [{ lr: settings.lr }] } },
    notes: { ...settings },
    steps: frame.step,
    divergedAt: null,
    cost: { forward: 0, backward: 0 },
    rows,
  };
}
