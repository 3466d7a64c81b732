/** What the kernel `sgd` is told apart from its arrays. */
export interface SGDSettings {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  readonly maximize: boolean;
}

/** `x`, in float32 where it is `single`. */
export function rounded(x: number, single: boolean): number {
  return single ? Math.fround(x) : x;
}
