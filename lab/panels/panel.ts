import type { Settings } from "../settings.ts";
import type { Ask, Shown } from "../training/protocol.ts";

/** The columns of the lab, and what they are called. */
export const sides = ["left", "right"] as const;

/** What a panel may do to the lab. */
export interface Lab {
  readonly settings: () => Settings;
  readonly set: (given: Partial<Settings>) => void;
  readonly ask: (ask: Ask) => void;
}

/** A row of the table behind a panel. */
type Row = readonly string[];

/** What a run says to the question of a panel, once it can: the right answer, and the numbers. */
export interface Judgement {
  readonly answer: string;
  readonly because: string;
}

/** A panel of the lab. */
export interface Panel {
  /** Builds what it draws on, once. */
  readonly mount: (root: HTMLElement, lab: Lab) => (shown: Shown) => void;
  /** The same numbers as a table; the first row is its head. */
  readonly table: (shown: Shown, settings: Settings) => readonly Row[];
  /** Null while it is too early to say. */
  readonly judge: (shown: Shown, settings: Settings) => Judgement | null;
}

/** Makes an element, with attributes and what is in it. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Two columns with a heading each, and a canvas in both. */
export function twoCanvases(
  root: HTMLElement,
  label: (side: (typeof sides)[number]) => string,
): readonly [HTMLCanvasElement, HTMLCanvasElement] {
  const made = sides.map((side) => {
    const canvas = element("canvas", { role: "img", "aria-label": label(side) });
    return { canvas, column: element("div", { class: "column" }, heading(side), canvas) };
  });
  root.append(element("div", { class: "columns" }, ...made.map(({ column }) => column)));
  return [made[0].canvas, made[1].canvas];
}

/** The heading of a column; its words are filled in as settings change. */
export const heading = (side: (typeof sides)[number]): HTMLElement =>
  element("h3", { class: side, "data-side": side }, side);

/** The mean of the finite ones of some numbers; NaN of none. */
export function meanOf(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  return finite.reduce((sum, value) => sum + value, 0) / finite.length;
}

/** Which of two numbers is larger, or neither. */
export const larger = ([left, right]: readonly number[]): string =>
  left === right ? "as many" : left > right ? "left" : "right";
