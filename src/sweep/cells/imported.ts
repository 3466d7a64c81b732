import { TensorError } from "../../base/errors.ts";
import { messageOf } from "./messageOf.ts";

/** A module of the user's; what it throws while it is loaded, or that there is none, is told in the library's own words. */
export async function imported(where: string, name: string, url: URL): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(/* @vite-ignore */ /* webpackIgnore: true */ url.href);
  } catch (error) {
    throw new TensorError(where, {
      expected: `a module that can be loaded as ${name}`,
      got: `${url.href.slice(0, 200)}, which says: ${messageOf(error).replace(/\.$/, "")}`,
      code: "EVENKEEL_FILE",
      hint: isUnknownTypeScript(error)
        ? "Node loads TypeScript from 22.18 on, or where tsx runs it; otherwise compile it first."
        : "",
    });
  }
}

/** Whether it is for being TypeScript that Node does not load a module, be it this one or one that it imports. */
const isUnknownTypeScript = (error: unknown): boolean =>
  (error as { readonly code?: unknown } | null)?.code === "ERR_UNKNOWN_FILE_EXTENSION" &&
  /"\.[cm]?ts"/.test(messageOf(error));
