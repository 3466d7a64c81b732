import { type RecordedRow, readRecording } from "evenkeel/analysis";
import type { Page } from "puppeteer-core";
import { recordingOf } from "../../../lab/page/saving.ts";
import { type Settings, usual } from "../../../lab/settings.ts";
import { type Frame, Session } from "../../../lab/training/session.ts";
import { check } from "./failures.ts";
import { offered } from "./open.ts";

/** Compares the recording that the page saves with that of the same run in Node, number by number, to the bit; the run in Node comes back. */
export async function sameBits(page: Page, given: Partial<Settings>, name: string): Promise<Frame> {
  const settings = { ...usual, ...given };
  const found = readRecording(await offered(page, "#recording"));
  const session = new Session(settings);
  session.half();
  while (session.step < found.steps) session.advance();
  const frame = session.frame();
  const { rows } = recordingOf(frame, settings, found.version);
  const seen = new Map(found.rows.map((row) => [keyOf(row), row.value]));
  const isSame = rows.every((row) => Object.is(row.value, seen.get(keyOf(row))));
  check(isSame && rows.length > 0, `${name}: step ${found.steps} has other bits than in Node`);
  return frame;
}

const keyOf = ({ step, layer, metric }: RecordedRow): string => `${step} ${layer} ${metric}`;
