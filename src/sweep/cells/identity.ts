import { version } from "../../base/version.ts";
import { kernelsName } from "../../kernels/index.ts";
import type { KernelsName } from "../../kernels/kernels.ts";
import { builtin } from "./builtin.ts";

/** What a result depends on beside its configuration. */
export interface Provenance {
  /** The version of the library. */
  readonly version: string;
  /** The kernels in use. */
  readonly kernels: KernelsName;
  /** What stands for the cell's code, and that of the files which it imports. */
  readonly code: string;
}

/** That of cells with this code that run here and now. */
export const provenanceOf = (code: string): Provenance => ({ version, kernels: kernelsName(), code });

/** The first 128 bits of SHA-256, as 32 digits. */
export async function digestOf(text: string): Promise<string> {
  const crypto = builtin("node:crypto");
  if (crypto !== null) return crypto.createHash("sha256").update(text).digest("hex").slice(0, 32);
  const digest = await globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What a result is known by: all that it depends on. */
export const identityOf = ({ version, kernels, code }: Provenance, configuration: string): Promise<string> =>
  digestOf([version, kernels, code, configuration].join("\n"));
