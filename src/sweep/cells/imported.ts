import { TensorError } from "../../base/errors.ts";
import { messageOf } from "./messageOf.ts";

/** A module of the user's; what it throws while it is loaded, or that there is none, is told in the library's own words. */
export async function imported(where: string, name: string, url: URL): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href);
  } catch (error) {
    throw new TensorError(where, {
      expected: `a module that can be loaded as ${name}`,
      got: `${url.href.slice(0, 200)}, which says: ${messageOf(error)}`,
      code: "EVENKEEL_FILE",
    });
  }
}
