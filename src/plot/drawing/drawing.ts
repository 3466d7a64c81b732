import { missing, optionalPackage } from "../../base/optionalPackage.ts";

/** By a name that no bundler can read: it holds a file for each system, which none can bundle. */
const resvg: string = /* @__PURE__ */ ["@resvg", "resvg-js"].join("/");

/** The packages that draw, none of which the library depends on. */
interface DrawingPackages {
  readonly vega: typeof import("vega");
  readonly "vega-lite": typeof import("vega-lite");
  readonly "vega-interpreter": typeof import("vega-interpreter");
  readonly "@resvg/resvg-js": typeof import("@resvg/resvg-js");
}

type PackageName = keyof DrawingPackages;

const packages: { readonly [Name in PackageName]: () => Promise<DrawingPackages[Name]> } = {
  vega: () => import("vega").catch(missing),
  "vega-lite": () => import("vega-lite").catch(missing),
  "vega-interpreter": () => import("vega-interpreter").catch(missing),
  "@resvg/resvg-js": () => import(/* @vite-ignore */ /* webpackIgnore: true */ resvg).catch(missing),
};

/** Whether packages are there to be imported. */
async function areInstalled(names: readonly PackageName[]): Promise<boolean> {
  const found = await Promise.allSettled(names.map((name) => packages[name]()));
  return found.every(({ status }) => status === "fulfilled");
}

/** Which pictures can be drawn. */
export async function drawable(): Promise<{ readonly svg: boolean; readonly png: boolean }> {
  const svg = await areInstalled(["vega", "vega-lite", ...(mayEvaluate() ? [] : (["vega-interpreter"] as const))]);
  return { svg, png: svg && (await areInstalled(["@resvg/resvg-js"])) };
}

/** @internal A package, or an error that says what to install. */
export function drawingPackage<Name extends PackageName>(where: string, name: Name): Promise<DrawingPackages[Name]> {
  const others = name === "vega" || name === "vega-lite" ? "" : ` ${name}`;
  return optionalPackage(where, name, packages[name] as () => Promise<DrawingPackages[Name]>, {
    install: `vega vega-lite${others}`,
    hint:
      name === "vega-interpreter"
        ? "code may not be made of texts here (a content security policy), as Vega does."
        : "",
  });
}

/** Whether code may be made of texts: a content security policy without `unsafe-eval` forbids it. */
export function mayEvaluate(): boolean {
  try {
    // Asked for as Vega does it.
    return Function("return true")() === true;
  } catch {
    return false;
  }
}
