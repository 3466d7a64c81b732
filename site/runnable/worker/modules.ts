/** What code on a page imports: the package's single file, and what the notebooks have besides. Each is loaded when it is asked for. */
import type * as Single from "../../../src/single.ts";
import { isModuleName, type ModuleName, packageModules } from "../modules.ts";
import { NotRunError } from "./compile.ts";

type Exports = Readonly<Record<string, unknown>>;

/** What {@link modulesAtHand} tells of a picture that `render` has made. */
export type Rendered = (plot: Single.plot.Plot, format: "svg" | "html", made: string) => void;

export const modulesAtHand: { rendered: Rendered } = { rendered: () => {} };

// scripts/docs/runnable.ts takes dist/evenkeel.single.js, as it is published, for this.
const single = (): Promise<typeof Single> => import("../../../src/single.ts");

const loaders: Readonly<Record<ModuleName, () => Promise<Exports>>> = {
  evenkeel: async () => {
    const { analysis: _, io: __, plot: ___, sweep: ____, testing: _____, ...own } = await single();
    return own;
  },
  "evenkeel/analysis": async () => (await single()).analysis,
  "evenkeel/data": async () => (await single()).data,
  "evenkeel/io": async () => (await single()).io,
  "evenkeel/nn": async () => (await single()).nn,
  "evenkeel/nn/functional": async () => (await single()).nn.functional,
  "evenkeel/nn/init": async () => (await single()).nn.init,
  "evenkeel/nn/utils": async () => (await single()).nn.utils,
  "evenkeel/optim": async () => (await single()).optim,
  "evenkeel/optim/lrScheduler": async () => (await single()).optim.lrScheduler,
  "evenkeel/plot": async () => watched((await single()).plot),
  "evenkeel/sweep": async () => (await single()).sweep,
  "evenkeel/testing": async () => (await single()).testing,
  drift: () => import("../../../examples/experiments/drift.ts"),
  names: () => import("../../../examples/experiments/networks.ts"),
  pictures: () => import("../../../examples/pictures/index.ts"),
};

const loaded = new Map<string, Exports>();

export async function loadModule(name: string): Promise<Exports> {
  // A module that the code has made itself, such as what exportStandalone writes.
  if (name.startsWith("data:text/javascript,")) return import(/* @vite-ignore */ name);
  if (!isModuleName(name)) {
    throw new NotRunError(`"${name.slice(0, 200)}" is not on this page, which has ${packageModules.join(", ")}.`, {
      name: "Not run",
    });
  }
  const module = loaded.get(name) ?? (await loaders[name]());
  loaded.set(name, module);
  return module;
}

/** A module that has been loaded; refuses names that it does not have, as an import does. */
export function taken(name: string, names: readonly string[]): Exports {
  const module = loaded.get(name) ?? {};
  for (const wanted of names) {
    if (!(wanted in module)) throw new NotRunError(`${name} has nothing that is called ${wanted}.`);
  }
  return module;
}

/** The entry that draws, which also tells of what it has drawn. */
function watched(plot: typeof Single.plot): Exports {
  const render = async (...args: Parameters<typeof plot.render>): Promise<unknown> => {
    const made: unknown = await plot.render(...args);
    const format: string = args[1];
    if ((format === "svg" || format === "html") && typeof made === "string")
      modulesAtHand.rendered(args[0], format, made);
    return made;
  };
  return { ...plot, render };
}
