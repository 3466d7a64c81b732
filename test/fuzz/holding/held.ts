import type { Tensor } from "evenkeel";

interface Held {
  readonly what: string;
  readonly numbers: () => Iterable<number> & { readonly length: number };
  readonly was: Float64Array;
}

/** What a program holds on to, with the numbers that it had. */
export class Holdings {
  /** All that was computed, in its order. */
  readonly computed: Float64Array[] = [];
  private readonly held: Held[] = [];
  private readonly views: (readonly [p: Tensor, view: Tensor])[] = [];

  /** Holds a tensor and its `.data`; of one that may change, only what it is now. */
  hold(what: string, x: Tensor | null, mayChange = false): void {
    if (x === null) return;
    const { data } = x;
    const was = Float64Array.from(data);
    this.computed.push(was);
    if (mayChange) return;
    this.held.push({ what, numbers: () => x.data, was }, { what: `${what}: its data`, numbers: () => data, was });
  }

  /** Holds a view, which is to share the memory of `p` for good. */
  holdView(p: Tensor, view: Tensor): void {
    this.computed.push(Float64Array.from(view.data));
    this.views.push([p, view]);
  }

  /** What has other numbers than it had. */
  changed(): readonly string[] {
    const isChanged = ({ numbers, was }: Held) => {
      let i = 0;
      for (const value of numbers()) if (!Object.is(value, was[i++])) return true;
      return i !== was.length;
    };
    const changed = this.held.filter(isChanged).map(({ what }) => what);
    const isApart = this.views.some(([p, view]) => p.data !== view.data);
    return isApart ? [...changed, "the memory of a parameter, not that of its view"] : changed;
  }
}
