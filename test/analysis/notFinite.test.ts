import { isTensorError, noGrad, type Tensor } from "evenkeel";
import { describe, expect, test } from "vitest";
import { runs } from "./runs.ts";
import { meant, type Setting, setting } from "./settings.ts";
import { expectUntouched } from "./untouched.ts";
import { zoo } from "./zoo.ts";

/** 0, with a slope of 1 by the first parameter. */
const nought = ({ model }: Setting): Tensor => {
  const [p] = model.parameters();
  return p.sub(p.detach()).sum();
};

/** What a network that falls apart may be like. */
const ends: Record<string, (s: Setting) => Setting> = {
  "a loss of NaN": (s) => ({ ...s, loss: () => s.loss().mul(Number.NaN) }),
  "a loss of infinity": (s) => ({ ...s, loss: () => s.loss().add(Number.POSITIVE_INFINITY) }),
  "gradients of infinity": (s) => ({ ...s, loss: () => s.loss().add(nought(s).sqrt()) }),
  "gradients of NaN": (s) => ({ ...s, loss: () => s.loss().add(nought(s).sqrt()).sub(nought(s).sqrt()) }),
  "gradients whose squares overflow": (s) => ({ ...s, loss: () => s.loss().add(nought(s).mul(1e200)) }),
  "weights of infinity": (s) => filled(s, Number.POSITIVE_INFINITY),
  "weights of 1e200": (s) => filled(s, 1e200),
};

function filled(s: Setting, value: number): Setting {
  noGrad(() => s.model.parameters().forEach((p) => p.fill_(value)));
  return s;
}

const kinds = ["batch norm", "no affine", "shared layers", "no hidden layer"] as const;

describe.each(Object.entries(ends))("of a network with %s", (_, end) => {
  test.each(Object.entries(runs))("%s tells numbers, or refuses it as not finite, and leaves it", (name, run) => {
    const refusedOtherwise: string[] = [];
    for (const kind of kinds.filter((kind) => meant[name]?.includes(kind) ?? true)) {
      const s = end(setting(zoo[kind], 3));
      const attempt = () => {
        try {
          run(s);
        } catch (error) {
          if (!isTensorError(error)) throw error;
          if (error.code !== "EVENKEEL_NOT_FINITE") refusedOtherwise.push(`${kind}: ${error.message}`);
        }
      };
      if (name === "recalibrateBatchNorm") attempt();
      else expectUntouched(s.model, attempt, s.optimizer);
    }
    expect(refusedOtherwise).toEqual([]);
  });
});

test.each(["explainBatchNormGradient", "explainBatchNormMinimax", "explainBatchNormCurvature"])(
  "%s refuses what is not finite as just that",
  (name) => {
    const s = setting(zoo["batch norm"], 3);
    const refused = () => runs[name]({ ...s, x: s.x.mul(Number.POSITIVE_INFINITY) });
    expect(refused).toThrow(expect.objectContaining({ code: "EVENKEEL_NOT_FINITE" }));
  },
);
