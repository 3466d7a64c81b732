import { grid, range } from "evenkeel/sweep";

export const sweep = { space: grid({ x: range(5) }), cell: new URL("./outcomes.ts", import.meta.url) };
