import { TensorError } from "./errors.ts";

/**
 * To be the first enumerable field of what has no meaning without its methods: `structuredClone` and `postMessage` copy fields
 * alone, and with a typed array the whole buffer behind it. They read this one, before any other, and so are refused.
 *
 * An array, because those who walk over fields look for nothing in it but its elements.
 */
export const unclonable: readonly never[] = /* @__PURE__ */ Object.defineProperty([], "clone", {
  enumerable: true,
  get: refuseCloning,
});

function refuseCloning(): never {
  throw new TensorError("structuredClone", {
    expected: "plain values and typed arrays",
    got: "what would lose its methods: a tensor, a model, a generator, or what holds one",
    hint:
      "Send { data: x.data, shape: x.shape, dtype: x.dtype }, of which tensor(data, { dtype }).reshape(shape) is x again; " +
      "of models and optimisers the bytes of toSafetensors or saveCheckpoint.",
  });
}
