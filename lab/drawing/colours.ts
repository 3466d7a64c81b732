/** The colours of pictures, which the page's style declares for both schemes. */
export interface Colours {
  readonly text: string;
  readonly soft: string;
  readonly ground: string;
  readonly line: string;
  readonly left: string;
  readonly right: string;
  readonly mark: string;
  readonly isDark: boolean;
}

export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    text: of("text"),
    soft: of("soft"),
    ground: of("ground"),
    line: of("line"),
    left: of("left"),
    right: of("right"),
    mark: of("mark"),
    isDark: matchMedia("(prefers-color-scheme: dark)").matches,
  };
}

/** From dark to light, as viridis: low to high. */
const steps = [
  [68, 1, 84],
  [59, 82, 139],
  [33, 145, 140],
  [94, 201, 98],
  [253, 231, 37],
] as const;

/** The colour of a share from 0 to 1, as three numbers to 255. */
export function heat(share: number): readonly [number, number, number] {
  const place = Math.max(0, Math.min(1, share)) * (steps.length - 1);
  const below = Math.min(steps.length - 2, Math.floor(place));
  const [from, to] = [steps[below], steps[below + 1]];
  const mixed = (i: 0 | 1 | 2): number => from[i] + (place - below) * (to[i] - from[i]);
  return [mixed(0), mixed(1), mixed(2)];
}

export const rgb = (share: number): string => `rgb(${heat(share).map(Math.round).join(" ")})`;
