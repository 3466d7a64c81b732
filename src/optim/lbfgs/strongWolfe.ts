import type { Tensor } from "../../tensor/tensor.ts";

/** The loss somewhere along a direction, and its gradient there, as one vector. */
export interface Evaluation {
  readonly loss: number;
  readonly gradient: Tensor;
}

/** A place along a direction: how far, what was found there, and how steep it is. */
interface Point extends Evaluation {
  readonly t: number;
  readonly slope: number;
}

/** What a line search ends with. */
export interface Found extends Evaluation {
  /** How far along the direction. */
  readonly t: number;
  readonly evaluations: number;
}

/** How much of the decrease that the slope promises is enough, and how much of the slope may remain. */
const [sufficientDecrease, remainingSlope] = [1e-4, 0.9];

/** The most evaluations of one search. */
const mostSteps = 25;

/**
 * Looks along `direction` for a place that meets the strong Wolfe conditions, or the lowest that it can find.
 *
 * @param evaluate - the loss and its gradient at `x + t·direction`.
 * @param first - where to look first.
 * @param start - what is known at `t = 0`.
 * @param slope - of the loss along the direction there, below 0.
 * @param toleranceChange - the smallest bracket worth another look, in the largest element of the step.
 * @see Nocedal & Wright 2006, "Numerical Optimization", Algorithms 3.5 and 3.6.
 */
export function strongWolfe(
  evaluate: (t: number) => Evaluation,
  first: number,
  direction: Tensor,
  start: Evaluation,
  slope: number,
  toleranceChange: number,
): Found {
  const size = direction.abs().max().item();
  const origin: Point = { ...start, t: 0, slope };
  let evaluations = 0;
  const look = (t: number): Point => {
    evaluations++;
    const { loss, gradient } = evaluate(t);
    return { loss, gradient, t, slope: gradient.dot(direction).item() };
  };
  const isTooHigh = ({ loss, t }: Point) => loss > start.loss + sufficientDecrease * t * slope;
  const isFlat = (point: Point) => Math.abs(point.slope) <= -remainingSlope * slope;

  // Out, until a bracket holds such a place.
  let [before, here] = [origin, look(first)];
  let bracket: [Point, Point] | null = null;
  for (let step = 0; step < mostSteps; step++) {
    if (isTooHigh(here) || (step > 1 && here.loss >= before.loss)) bracket = [before, here];
    else if (isFlat(here)) return { ...here, evaluations };
    else if (here.slope >= 0) bracket = [before, here];
    if (bracket !== null) break;
    const bounds = [here.t + 0.01 * (here.t - before.t), here.t * 10] as const;
    const next = lowestOfCubic(before, here, bounds);
    [before, here] = [here, look(next)];
  }
  if (bracket === null) return { ...(origin.loss <= here.loss ? origin : here), evaluations };

  // In, until the place is found, or the bracket is too small.
  let [low, high] = order(bracket);
  let wasNearEnd = false;
  while (evaluations <= mostSteps && !(Math.abs(bracket[1].t - bracket[0].t) * size < toleranceChange)) {
    const [least, most] = [Math.min(bracket[0].t, bracket[1].t), Math.max(bracket[0].t, bracket[1].t)];
    let t = lowestOfCubic(bracket[0], bracket[1], [least, most]);
    const margin = 0.1 * (most - least);
    const isNearEnd = Math.min(most - t, t - least) < margin;
    if (isNearEnd && (wasNearEnd || t >= most || t <= least)) {
      t = Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin;
      wasNearEnd = false;
    } else wasNearEnd = isNearEnd;
    const point = look(t);
    if (isTooHigh(point) || point.loss >= bracket[low].loss) {
      bracket[high] = point;
      [low, high] = order(bracket);
      continue;
    }
    if (isFlat(point)) return { ...point, evaluations };
    if (point.slope * (bracket[high].t - bracket[low].t) >= 0) bracket[high] = bracket[low];
    bracket[low] = point;
  }
  return { ...bracket[low], evaluations };
}

/** Which of two places is the lower, and which the other. */
function order([a, b]: readonly [Point, Point]): readonly [low: 0 | 1, high: 0 | 1] {
  return a.loss <= b.loss ? [0, 1] : [1, 0];
}

/** Where the cubic through two points, with their slopes, is lowest between bounds; half-way where it has no minimum. */
function lowestOfCubic(a: Point, b: Point, [least, most]: readonly [number, number]): number {
  const d1 = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return (least + most) / 2;
  const d2 = Math.sqrt(square);
  const lowest =
    a.t <= b.t
      ? b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : a.t - (a.t - b.t) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2));
  return Math.min(Math.max(lowest, least), most);
}
