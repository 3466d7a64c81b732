import { isTensor } from "../../base/brand.ts";
import { isFloat } from "../../base/dtype.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { sameShape } from "../../base/shapes.ts";
import type { Module } from "../../nn/module/module.ts";
import type { Parameter } from "../../nn/module/parameter.ts";
import type { StateDict } from "../../nn/module/stateDict.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { hasRunningStatistics, type PathBatchNormMode } from "../measuring/preserving.ts";
import { moved, moveTo, put } from "../numbers/vectors.ts";

/** The values of a state: of the parameters that are looked at, and of all else that belongs to it. */
export interface ModelState {
  readonly parameters: readonly Tensor[];
  /** Buffers, such as running statistics, and parameters that are frozen; the model's own where the state has none. */
  readonly others: readonly Tensor[];
}

/** What is needed to read states of a model, and to put the model into them. */
export class States {
  private readonly where: string;
  private readonly parameters: readonly Parameter[];
  private readonly others: readonly Tensor[];
  private readonly names: ReadonlyMap<Tensor, string>;
  /** The running statistics, which a state has to have if they are used. */
  private readonly needed: ReadonlySet<unknown>;

  constructor(where: string, model: Module, parameters: readonly Parameter[], batchNorm: PathBatchNormMode) {
    const named: [string, Tensor][] = [...model.namedParameters(), ...model.namedBuffers()];
    const norms = model.namedModules().flatMap(([, module]) => (hasRunningStatistics(module) ? [module] : []));
    const statistics = norms.flatMap((module) => Object.values(module).filter((x) => isTensor(x) && isFloat(x.dtype)));
    this.where = where;
    this.parameters = parameters;
    this.names = new Map(named.map(([name, x]) => [x, name]));
    this.others = named.map(([, x]) => x).filter((x) => !(parameters as readonly Tensor[]).includes(x));
    this.needed = new Set(batchNorm === "running" ? statistics : []);
  }

  /** A state, in the shapes and dtypes of the model. `name` is what the argument is called. */
  read(state: StateDict, name: string): ModelState {
    if (typeof state !== "object" || state === null) {
      throw new TensorError(this.where, {
        expected: `a state dict as ${name}`,
        got: describe(state),
        hint: "Take one by model.stateDict().",
      });
    }
    return {
      parameters: this.parameters.map((p) => this.valueOf(p, state)),
      others: this.others.map((x) => (this.isIn(state, x) || this.needed.has(x) ? this.valueOf(x, state) : x.detach())),
    };
  }

  private isIn(state: StateDict, x: Tensor): boolean {
    return state[this.names.get(x) ?? ""] !== undefined;
  }

  private valueOf(x: Tensor, state: StateDict): Tensor {
    const name = this.names.get(x) ?? "";
    const value = state[name];
    if (isTensor(value) && sameShape(value.shape, x.shape)) return value.detach().to(x.dtype).clone();
    throw new TensorError(this.where, {
      expected: `a state with "${name}", ${describe(x)}`,
      got: value === undefined ? "one without it" : describe(value),
      hint: "Take one by model.stateDict().",
    });
  }

  /** Puts the model into a state. To be called within `preserving`. */
  place({ parameters, others }: ModelState): void {
    put([...this.parameters, ...this.others], [...parameters, ...others]);
  }

  /**
   * What puts the model into the state at `(1 − t)·a + t·b`; of integers and bools, such as counts, into the nearer one's. To
   * be called within `preserving`.
   */
  between(a: ModelState, b: ModelState): (t: number) => void {
    const all = [...this.parameters, ...this.others];
    const [from, to] = [a, b].map(({ parameters, others }) => [...parameters, ...others]);
    const floats = [...all.keys()].filter((i) => isFloat(all[i].dtype));
    const rest = [...all.keys()].filter((i) => !isFloat(all[i].dtype));
    const of = (tensors: readonly Tensor[], places: readonly number[]) => places.map((i) => tensors[i]);
    const start = of(from, floats);
    const way = moved(of(to, floats), start, -1);
    return (t) => {
      if (t === 1) {
        put(all, to);
        return;
      }
      moveTo(of(all, floats), start, way, t);
      put(of(all, rest), of(t < 0.5 ? from : to, rest));
    };
  }
}
