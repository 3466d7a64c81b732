/** What may be set in the lab, declared once: its controls, the address and the text of the code follow from it. */

/** One of some words, each with what stands in the menu. */
interface Choice {
  readonly kind: "choice";
  readonly label: string;
  readonly words: Readonly<Record<string, string>>;
}

/** A number from one to another. */
interface Range {
  readonly kind: "range";
  readonly label: string;
  readonly from: number;
  readonly to: number;
  /** Whether equal ratios are equally far apart on the slider. */
  readonly log: boolean;
  /** Whether only whole numbers are meant. */
  readonly whole: boolean;
}

/** What a setting may be. */
export type Setting = Choice | Range;

/** What may stand behind a linear layer. */
export const normalisations = {
  none: "none",
  batch: "batch norm",
  noisy: "batch norm with noise",
  noise: "noise alone",
  l1: "l1 norm",
  linf: "l∞ norm",
  layer: "layer norm",
  group: "group norm",
  ghost: "ghost batch norm",
} as const;

export type Normalisation = keyof typeof normalisations;

export const declarations = {
  data: {
    kind: "choice",
    label: "Data",
    words: {
      names: "names, letter by letter",
      spirals: "three spirals",
      digits: "handwritten digits",
      csv: "your own CSV",
    },
  },
  left: { kind: "choice", label: "Left network", words: normalisations },
  right: { kind: "choice", label: "Right network", words: normalisations },
  scale: { kind: "range", label: "Initial scale", from: 0.1, to: 30, log: true, whole: false },
  lr: { kind: "range", label: "Learning rate", from: 0.01, to: 10, log: true, whole: false },
  depth: { kind: "range", label: "Hidden layers", from: 1, to: 10, log: false, whole: true },
  width: { kind: "range", label: "Units in each", from: 2, to: 100, log: false, whole: true },
  batch: { kind: "range", label: "Batch size", from: 2, to: 256, log: true, whole: true },
  activation: { kind: "choice", label: "Activation", words: { tanh: "tanh", sigmoid: "sigmoid", relu: "ReLU" } },
  optimizer: { kind: "choice", label: "Optimiser", words: { sgd: "SGD", momentum: "SGD, momentum 0.9", adam: "Adam" } },
  placement: {
    kind: "choice",
    label: "Normalised",
    words: { before: "before the activation", behind: "behind the activation" },
  },
  mode: {
    kind: "choice",
    label: "Loss shown",
    words: { training: "of each batch, in training", evaluation: "held out, in evaluation" },
  },
  seed: { kind: "range", label: "Seed", from: 0, to: 999, log: false, whole: true },
} as const satisfies Readonly<Record<string, Setting>>;

type Declarations = typeof declarations;

export type SettingName = keyof Declarations;

/** All that is set: what a run follows from, to the bit. */
export type Settings = {
  readonly [name in SettingName]: Declarations[name] extends { readonly words: infer Words } ? keyof Words : number;
};

export const settingNames = Object.keys(declarations) as SettingName[];

/** Where the lab begins: deep, and badly started. */
export const usual: Settings = {
  data: "names",
  left: "none",
  right: "batch",
  scale: 10,
  lr: 1,
  depth: 5,
  width: 50,
  batch: 64,
  activation: "tanh",
  optimizer: "sgd",
  placement: "before",
  mode: "training",
  seed: 0,
};

/** A number as it stands in the address and on the slider: of two digits, unless it is whole. */
export const tidy = (value: number, { whole }: Pick<Range, "whole">): number =>
  whole ? Math.round(value) : Number(value.toPrecision(2));

/** What is wrong with a value for a setting; empty if nothing is. */
function faultOf(name: SettingName, value: string | number): string {
  const declared: Setting = declarations[name];
  if (declared.kind === "choice") {
    if (Object.hasOwn(declared.words, value)) return "";
    return `${name} may be ${Object.keys(declared.words).join(", ")}, not ${said(value)}`;
  }
  const { from, to, whole } = declared;
  const number = typeof value === "number" ? value : value.trim() === "" ? Number.NaN : Number(value);
  if (number >= from && number <= to && (!whole || Number.isInteger(number))) return "";
  return `${name} may be ${whole ? "a whole number " : ""}from ${from} to ${to}, not ${said(value)}`;
}

/** Another's text, short, as it may be shown. */
const said = (value: string | number): string => {
  const text = String(value);
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
};

/** Whether two settings have one map of rates and scales: all else that it depends on is the same. */
export const hasSameMap = (a: Settings, b: Settings): boolean =>
  settingNames.every((name) => ["lr", "scale", "mode"].includes(name) || a[name] === b[name]);

/** The part of the address behind `#`: what is other than usual, and nothing where nothing is. */
export function toAddress(settings: Settings): string {
  const given = settingNames.filter((name) => settings[name] !== usual[name]);
  return given.map((name) => `${name}=${encodeURIComponent(settings[name])}`).join("&");
}

/** What an address says; where it says what cannot be, the usual stays, and is told. */
export function fromAddress(address: string): { readonly settings: Settings; readonly faults: readonly string[] } {
  const settings: Record<string, string | number> = { ...usual };
  const faults: string[] = [];
  for (const [name, value] of new URLSearchParams(address.replace(/^#/, ""))) {
    if (!Object.hasOwn(declarations, name)) {
      faults.push(`there is no setting ${said(name)}`);
      continue;
    }
    const fault = faultOf(name as SettingName, value);
    if (fault !== "") faults.push(fault);
    else settings[name] = declarations[name as SettingName].kind === "range" ? Number(value) : value;
  }
  if (settings.data === "csv") {
    faults.push("a link cannot carry your CSV: open it again");
    settings.data = usual.data;
  }
  return { settings: settings as Settings, faults };
}
