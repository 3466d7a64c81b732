import type * as Library from "evenkeel";
import { vi } from "vitest";
import type * as Pool from "../../../src/kernels/memory/pool.ts";
import type * as Crews from "../../../src/kernels/wasm/threads/crew.ts";
import type * as Threads from "../../../src/kernels/wasm/threads/sharing.ts";

/** A copy of the package, where its memory goes, and its threads. */
export interface Copy {
  readonly library: typeof Library;
  readonly pool: typeof Pool;
  readonly crews: typeof Crews;
  readonly threads: typeof Threads;
}

const load = async (): Promise<Copy> => ({
  library: await import("evenkeel"),
  pool: await import("../../../src/kernels/memory/pool.ts"),
  crews: await import("../../../src/kernels/wasm/threads/crew.ts"),
  threads: await import("../../../src/kernels/wasm/threads/sharing.ts"),
});

/** Two copies of the package, as an application and one of its dependencies may have them. */
export async function loadCopies(): Promise<readonly [Copy, Copy]> {
  const first = await load();
  vi.resetModules();
  return [first, await load()];
}
