import { describe, TensorError } from "../../base/errors.ts";
import { tensor } from "../../functions/create.ts";
import { Conv1d } from "../../nn/convolution/conv1d.ts";
import { Conv2d } from "../../nn/convolution/conv2d.ts";
import { Linear } from "../../nn/layers/linear.ts";
import { Sequential } from "../../nn/layers/sequential.ts";
import { copyOf } from "../../nn/module/copy.ts";
import { hasOwnForward, isExactly, isLayer } from "../../nn/module/layerClass.ts";
import type { Module } from "../../nn/module/module.ts";
import { Parameter } from "../../nn/module/parameter.ts";
import { moduleState } from "../../nn/module/state.ts";
import { BatchNorm1d } from "../../nn/normalisation/batchNorm1d.ts";
import { BatchNorm2d } from "../../nn/normalisation/batchNorm2d.ts";
import { type BatchNormLayer, isBatchNorm } from "../../nn/normalisation/batchNormLayer.ts";
import { GhostBatchNorm1d } from "../../nn/normalisation/ghostBatchNorm1d.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/**
 * A model without batch norm that has the same outputs in evaluation mode: each `nn.BatchNorm1d` goes into the `nn.Linear` or
 * `nn.Conv1d` before it, and each `nn.BatchNorm2d` into the `nn.Conv2d`,
 *
 * `W' = W·γ/√(v + eps)`, `b' = (b − m)·γ/√(v + eps) + β`,
 *
 * for each output feature or channel, with `m` and `v` the running mean and variance. The model stays as it is; what is returned shares no memory and no
 * generator with it, and is in evaluation mode. Outputs differ by rounding only.
 *
 * Sequentials within are folded too; other modules are copied field by field (fields that begin with `#`, hooks, and
 * parameters shared between modules do not come along). Behind a Linear it holds for inputs `[n, c]` of batch norm:
 * for `[n, c, l]` a Linear has its features in the last dimension, and batch norm in the second.
 *
 * @throws TensorError for a model that is no `nn.Sequential`, or has no batch norm, and for batch norm that cannot be folded:
 * not right behind such a layer of as many features, without running statistics, of a class derived from these (its noise
 * would be lost in training), behind a class derived from theirs, or within a module of another kind.
 * @see Ioffe & Szegedy 2015, "Batch Normalization", arXiv:1502.03167, Algorithm 2, line 11.
 * @see PyTorch `torch.nn.utils.fusion.fuse_linear_bn_eval` and `fuse_conv_bn_eval`, for one pair.
 *
 * @example
 * ```ts
 * import { nn, randn } from "evenkeel";
 * import { foldBatchNorm } from "evenkeel/analysis";
 *
 * const model = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4), new nn.ReLU());
 * const x = randn([20, 3]);
 * model.forward(x);
 * model.eval();
 * const folded = foldBatchNorm(model);
 * console.log(folded.length, folded.forward(x).sub(model.forward(x)).abs().max().item() < 1e-6); // => 2 true
 * ```
 */
export function foldBatchNorm(model: Sequential): Sequential {
  if (!isLayer(model, Sequential)) {
    refuse("an nn.Sequential", describe(model), "Fold the Sequentials in it, one by one.");
  }
  const count = model.namedModules().filter(([, module]) => isBatchNorm(module)).length;
  if (count === 0) refuse("a model with batch norm (nn.BatchNorm1d and its kin)", "one without any");
  return folded(model, "").eval();
}

function folded(model: Sequential, prefix: string): Sequential {
  const { name } = model.constructor;
  if (!hasOwnForward(model) && !isExactly(model, Sequential)) {
    refuse("plain Sequentials", `a ${name} with a forward of its own`);
  }
  const keys = [...(model[moduleState].keys ?? [])];
  const modules: [key: string, module: Module][] = [];
  for (let i = 0; i < model.length; i++) {
    const key = keys[i] ?? `${i}`;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    const module = model[i];
    if (isLayer(module, Sequential)) modules.push([key, folded(module, name)]);
    else if (isBatchNorm(module)) {
      const before = modules.pop();
      if (before === undefined) refuse(`a Linear or a convolution right before batch norm "${name}"`, "nothing");
      modules.push([before[0], foldedPair(name, model[i - 1], module)]);
    } else {
      refuseInner(name, module);
      modules.push([key, copyOf(module)]);
    }
  }
  if (keys.length > 0) return new Sequential(Object.fromEntries(modules));
  return new Sequential(...modules.map(([, module]) => module));
}

function refuseInner(name: string, module: Module): void {
  const inner = module.namedModules().find(([, other]) => isBatchNorm(other));
  if (inner === undefined) return;
  refuse("batch norm in Sequentials only", `"${name}.${inner[0]}" in a ${module.constructor.name}`);
}

/** What batch norm goes into, by its class: layers without a word between them and its channels. */
function isFoldable(before: Module, norm: BatchNormLayer): before is Linear | Conv1d | Conv2d {
  if (isExactly(norm, BatchNorm2d)) return isExactly(before, Conv2d);
  return isExactly(before, Linear) || isExactly(before, Conv1d);
}

function foldedPair(name: string, before: Module, norm: BatchNormLayer): Module {
  const isPlain = [BatchNorm1d, BatchNorm2d, GhostBatchNorm1d].some((type) => isExactly<BatchNormLayer>(norm, type));
  if (!isPlain) refuse(`an nn.BatchNorm1d or nn.BatchNorm2d itself as "${name}"`, describe(norm));
  if (!isFoldable(before, norm)) {
    const wanted = isExactly(norm, BatchNorm2d) ? "an nn.Conv2d" : "an nn.Linear or nn.Conv1d";
    refuse(`${wanted} right before batch norm "${name}"`, describe(before));
  }
  const { weight, bias } = before;
  const { runningMean, runningVar, weight: gamma, bias: beta, eps, numFeatures } = norm;
  if (runningMean === null || runningVar === null) {
    refuse(`batch norm "${name}" with running statistics`, "one without", "Its outputs depend on the whole batch.");
  }
  if (numFeatures !== weight.shape[0]) {
    refuse(`${numFeatures} features before batch norm "${name}"`, `${weight.shape[0]}`);
  }
  if (weight.dtype !== runningMean.dtype) {
    refuse(`"${name}" in ${weight.dtype}, as what is before it`, runningMean.dtype);
  }
  const scale = Array.from(
    { length: numFeatures },
    (_, u) => (gamma === null ? 1 : gamma.data[u]) / Math.sqrt(runningVar.data[u] + eps),
  );
  const terms = weight.numel() / numFeatures;
  const weights = Array.from(weight.data, (value, i) => value * scale[Math.floor(i / terms)]);
  const biases = scale.map(
    (s, u) => ((bias === null ? 0 : bias.data[u]) - runningMean.data[u]) * s + (beta === null ? 0 : beta.data[u]),
  );
  if (![...weights, ...biases].every(Number.isFinite)) {
    const expected = `finite weights of "${name}" and of what is before it`;
    throw new TensorError("foldBatchNorm", { expected, got: "NaN or infinity", code: "EVENKEEL_NOT_FINITE" });
  }
  const { dtype } = weight;
  const fields = {
    weight: new Parameter(tensor(weights, { dtype }).reshape(weight.shape), wantedAs(weight)),
    bias: new Parameter(tensor(biases, { dtype }), wantedAs(bias)),
  };
  return Object.assign(copyOf(before), fields);
}

/** Whether a parameter in the place of this one wants a gradient. */
const wantedAs = (x: Tensor | null) => ({ requiresGrad: x?.requiresGrad ?? true });

function refuse(expected: string, got: string, hint = ""): never {
  throw new TensorError("foldBatchNorm", { expected, got, hint });
}
