import { enableGrad, noGrad } from "../../autograd/gradMode.ts";
import { isTensor } from "../../base/brand.ts";
import { describe, TensorError } from "../../base/errors.ts";
import { shared } from "../../base/shared.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { Optimizer } from "../optimizer.ts";
import type { DeclaredRules } from "../optimizerKind.ts";
import { notNegative, type OptionRule } from "../optionRules.ts";
import type { GroupParams, ParamGroup } from "../paramGroup.ts";
import type { OptimizerStateDict } from "../stateDict.ts";
import { gradientOf, move, probed } from "./flatParameters.ts";
import { convertMemory, emptyMemory, type LBFGSMemory, packMemory, unpackMemory } from "./lbfgsMemory.ts";
import { type Evaluation, strongWolfe } from "./strongWolfe.ts";

/** Options of {@link LBFGS}. */
export interface LBFGSOptions {
  /** The length of a step along its direction, or, with a line search, of the first try, 0 or more. Default `1`. */
  readonly lr?: number;
  /** The most directions that one `step()` goes. Default `20`. */
  readonly maxIter?: number;
  /** The number of evaluations after which one `step()` ends. Default: `maxIter·5/4`, rounded down. */
  readonly maxEval?: number;
  /** It ends where no element of the gradient is larger, 0 or more. Default `1e-7`. */
  readonly toleranceGrad?: number;
  /** It ends where neither a parameter nor the loss changes by more, 0 or more. Default `1e-9`. */
  readonly toleranceChange?: number;
  /** How many of the last steps tell of the curvature. Default `100`. */
  readonly historySize?: number;
  /** How far to go along a direction: `"strongWolfe"` looks, `null` goes `lr`. Default `null`. */
  readonly lineSearchFn?: "strongWolfe" | null;
}

/** The group of {@link LBFGS}. */
export interface LBFGSGroup extends ParamGroup {
  /** As in {@link LBFGSOptions}. */
  maxIter: number;
  /** As in {@link LBFGSOptions}. */
  maxEval: number;
  /** As in {@link LBFGSOptions}. */
  toleranceGrad: number;
  /** As in {@link LBFGSOptions}. */
  toleranceChange: number;
  /** As in {@link LBFGSOptions}. */
  historySize: number;
  /** As in {@link LBFGSOptions}. */
  lineSearchFn: "strongWolfe" | null;
}

const isCount = (value: unknown) => Number.isInteger(value) && (value as number) >= 1;
const count: OptionRule = { expected: "a whole number of 1 or more", isUsable: isCount, isSensible: isCount };
const isSearch = (value: unknown) => value === null || value === "strongWolfe";
const search: OptionRule = { expected: '"strongWolfe" or null', isUsable: isSearch, isSensible: isSearch };

const rules = {
  lr: { is: notNegative, default: 1 },
  maxIter: { is: count, default: 20 },
  maxEval: count, // its default follows from maxIter
  toleranceGrad: { is: notNegative, default: 1e-7 },
  toleranceChange: { is: notNegative, default: 1e-9 },
  historySize: { is: count, default: 100 },
  lineSearchFn: { is: search, default: null },
} as const satisfies DeclaredRules<LBFGSOptions>;

/**
 * L-BFGS, for losses that are the same whenever they are asked for: each direction is the gradient times an estimate of the
 * inverse Hessian from the last steps, and one `step(closure)` goes several, calling the closure as often as it needs.
 *
 * All parameters are one vector: there is one group. With `lineSearchFn: "strongWolfe"` it looks how far to go, so that it
 * needs no learning rate.
 *
 * @throws {@link TensorError} if there are no parameters, one of them is no leaf, no float tensor, or there twice, if there is
 * a second group, or if an option is unknown or out of range.
 * @see Liu & Nocedal 1989, "On the limited memory BFGS method for large scale optimization".
 * @see PyTorch `torch.optim.LBFGS`, where the line search is called `"strong_wolfe"`, as it is in state dicts here too.
 *
 * @example
 * ```ts
 * import { optim, tensor } from "evenkeel";
 *
 * const w = tensor([-1, 2], { requiresGrad: true });
 * const optimizer = new optim.LBFGS([w], { lineSearchFn: "strongWolfe", maxIter: 100 });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const [x, y] = [w.select(0, 0), w.select(0, 1)];
 *   const loss = x.neg().add(1).square().add(y.sub(x.square()).square().mul(100)); // Rosenbrock's valley
 *   loss.backward();
 *   return loss;
 * });
 * console.log(w.detach()); // => tensor([1.0000, 1.0000])
 * ```
 */
export class LBFGS extends Optimizer<LBFGSGroup> {
  /** @internal What stays when a bundler renames the class. */
  static override readonly name: string = "LBFGS";
  private memory: LBFGSMemory = emptyMemory();

  constructor(params: readonly Tensor[] | readonly (GroupParams & LBFGSOptions)[], options: LBFGSOptions = {}) {
    const maxIter = options?.maxIter ?? rules.maxIter.default;
    const maxEval = Math.max(1, Math.floor((maxIter * 5) / 4));
    super({ name: "LBFGS", rules, stateNames: {} }, params, options, { maxEval });
    if (this.paramGroups.length > 1) refuseGroup("LBFGS");
  }

  /** Refused: all parameters are one vector. */
  override addParamGroup(_group: GroupParams): void {
    refuseGroup("LBFGS.addParamGroup");
  }

  /** Refused without a closure. */
  override step(): undefined;
  /**
   * Goes several directions, as many as `maxIter`, calling the closure to learn the loss and its gradient.
   *
   * @param closure - clears the gradients, computes the loss and its gradients, and returns it: a tensor of one element,
   * or a number.
   * @returns what the closure returned at first.
   * @throws {@link TensorError} if there is no closure, or it returns no loss.
   *
   * @example
   * ```ts
   * import { optim, tensor } from "evenkeel";
   *
   * const w = tensor([3], { requiresGrad: true });
   * const optimizer = new optim.LBFGS([w]);
   * const loss = optimizer.step(() => {
   *   optimizer.zeroGrad();
   *   const value = w.square().sum();
   *   value.backward();
   *   return value;
   * });
   * console.log(loss.item(), w.item()); // => 9 0
   * ```
   */
  override step<T>(closure: () => T): T;
  override step<T>(closure?: () => T): T | undefined {
    if (typeof closure !== "function") {
      throw new TensorError("LBFGS.step", {
        expected: "a closure that computes the gradients, and returns the loss",
        got: describe(closure),
        hint: "Write optimizer.step(() => { optimizer.zeroGrad(); loss = …; loss.backward(); return loss; }).",
      });
    }
    shared().listener?.runs?.("LBFGS.step, which goes on for as long as numbers say");
    const [group] = this.paramGroups;
    this.checkUsable(group);
    const first = enableGrad(closure);
    const start = { loss: lossOf(first), gradient: gradientOf(group.params) };
    const evaluate = () => ({ loss: lossOf(enableGrad(closure)), gradient: gradientOf(group.params) });
    noGrad(() => this.descend(group, start, evaluate));
    return first;
  }

  private descend(group: LBFGSGroup, start: Evaluation, evaluate: () => Evaluation): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, lineSearchFn, params } = group;
    const { memory } = this;
    const isOptimal = (gradient: Tensor) => largest(gradient) <= toleranceGrad;
    convertMemory(memory, start.gradient.dtype);
    let here = start;
    let evaluations = 1;
    memory.evaluations++;
    if (isOptimal(here.gradient)) return;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      const isFirst = ++memory.iterations === 1;
      const direction = isFirst ? here.gradient.neg() : this.direction(here.gradient, group.historySize);
      const first = isFirst ? Math.min(1, 1 / here.gradient.abs().sum().item()) * lr : lr;
      const before = here;
      const slope = before.gradient.dot(direction).item();
      memory.last = { direction, t: first, gradient: before.gradient, loss: before.loss };
      if (slope > -toleranceChange) break;
      if (lineSearchFn !== null) {
        const probe = (t: number) => probed(params, direction, t, evaluate);
        const found = strongWolfe(probe, first, direction, before, slope, 1e-9);
        here = found;
        memory.last.t = found.t;
        evaluations += found.evaluations;
        memory.evaluations += found.evaluations;
        move(params, direction, found.t);
      } else {
        move(params, direction, first);
        if (iteration < maxIter) {
          here = evaluate();
          evaluations++;
          memory.evaluations++;
        }
      }
      const isStill = largest(direction.mul(memory.last.t)) <= toleranceChange;
      if (evaluations >= maxEval || isOptimal(here.gradient) || isStill) break;
      if (Math.abs(here.loss - before.loss) < toleranceChange) break;
    }
  }

  /** Where to go from a place of this gradient: minus the gradient, times the estimate of the inverse Hessian. */
  private direction(gradient: Tensor, historySize: number): Tensor {
    const { last, pairs } = this.memory;
    if (last !== null) {
      const y = gradient.sub(last.gradient);
      const s = last.direction.mul(last.t);
      const ys = y.dot(s).item();
      if (ys > 1e-10) {
        if (pairs.length >= historySize) pairs.splice(0, pairs.length - historySize + 1);
        pairs.push({ y, s, rho: 1 / ys });
        this.memory.scale = ys / y.dot(y).item();
      }
    }
    let q = gradient.neg();
    const alphas = pairs.map(() => 0);
    for (let i = pairs.length - 1; i >= 0; i--) {
      alphas[i] = pairs[i].s.dot(q).item() * pairs[i].rho;
      q = q.sub(pairs[i].y.mul(alphas[i]));
    }
    return pairs.reduce(
      (r, { y, s, rho }, i) => r.add(s.mul(alphas[i] - y.dot(r).item() * rho)),
      q.mul(this.memory.scale),
    );
  }

  /** Never called: a step changes all parameters at once. */
  protected override update(): void {}

  /** As that of every {@link Optimizer}; what is known of the curvature is in the state of the first parameter. */
  override stateDict(): OptimizerStateDict {
    const { param_groups } = super.stateDict();
    const state = packMemory(this.memory);
    const [{ lineSearchFn }] = this.paramGroups;
    return {
      state: Object.keys(state).length === 0 ? {} : { 0: state },
      param_groups: [{ ...param_groups[0], line_search_fn: lineSearchFn === null ? null : "strong_wolfe" }],
    };
  }

  /** As that of every {@link Optimizer}. */
  override loadStateDict(dict: OptimizerStateDict): void {
    const { state, param_groups: groups } = (dict ?? {}) as Partial<OptimizerStateDict>;
    if (!isRecord(state) || !Array.isArray(groups) || !isRecord(groups[0])) {
      super.loadStateDict(dict); // says what it is not
      return;
    }
    const [{ params }] = this.paramGroups;
    const size = params.reduce((sum, p) => sum + p.numel(), 0);
    const [id] = Array.isArray(groups[0].params) ? groups[0].params : [];
    const { [String(id)]: own = {}, ...others } = state as Record<string, unknown>;
    const problems: string[] = [];
    const dtype = params.some((p) => p.dtype === "float64") ? "float64" : "float32";
    if (!isRecord(own)) problems.push(`${describe(own)} as state of parameter ${id}`);
    const memory = unpackMemory(isRecord(own) ? own : {}, size, dtype, problems);
    if (problems.length > 0) {
      throw new TensorError("LBFGS.loadStateDict", {
        expected: "a state dict of LBFGS for these parameters",
        got: problems.join("; "),
        hint: "Nothing was loaded.",
        code: "EVENKEEL_STATE",
      });
    }
    const word = groups[0].line_search_fn;
    const lineSearchFn = word === "strong_wolfe" ? "strongWolfe" : word;
    const group = { ...groups[0], line_search_fn: lineSearchFn };
    super.loadStateDict({ state: others as never, param_groups: [group, ...groups.slice(1)] });
    this.memory = memory;
  }
}

function refuseGroup(where: string): never {
  throw new TensorError(where, {
    expected: "one group of parameters",
    got: "a second",
    hint: "All of them are one vector, with the same options.",
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !isTensor(value);

const largest = (x: Tensor): number => (x.numel() === 0 ? 0 : x.abs().max().item());

function lossOf(loss: unknown): number {
  if (typeof loss === "number") return loss;
  if (isTensor(loss) && loss.numel() === 1) return Number(loss.item());
  throw new TensorError("LBFGS.step", {
    expected: "the closure to return the loss, a tensor of one element or a number",
    got: describe(loss),
    hint: "It computes the loss and its gradients, and is no async function.",
  });
}
