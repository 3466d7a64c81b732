/** The layers of src, lowest first. At run time a file imports its own layer and those before it. */
const layers = [
  "base",
  "kernels",
  "random",
  "ops",
  "autograd",
  "tensor",
  "functions",
  "compiled",
  "nn",
  "optim|data|testing|io",
  "analysis",
  "plot",
  "sweep",
  "index",
  "single",
].map((names) => `^src/(${names})(/|[.]ts$)`);

/** Types are erased, so they may be imported from anywhere. */
const atRunTime = { dependencyTypesNot: ["type-only"] };

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "No file needs, at run time, a file that needs it.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: atRunTime },
    },
    {
      name: "no-node",
      comment: "The library runs in browsers; only what writes files does not.",
      severity: "error",
      from: { path: "^src", pathNot: "^src/(io/node|sweep)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-packages",
      comment: "The library has no dependencies. What draws is asked for when it is needed, and may be missing.",
      severity: "error",
      from: { path: "^src", pathNot: "^src/(plot/drawing/drawing|analysis/graph/toSvg)[.]ts$" },
      to: { pathNot: "^src", dependencyTypesNot: ["core"] },
    },
    ...layers.map((layer, i) => ({
      name: `layer-${i}`,
      comment: "A layer imports itself and those below it; a file of src that is in no layer is imported by none.",
      severity: "error",
      from: { path: layer },
      to: { path: "^src", pathNot: layers.slice(0, i + 1), ...atRunTime },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".js"] },
  },
};
