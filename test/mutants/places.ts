import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replaceAll("\\", "/");

/** Where the tests write which functions they run, and the mutants' runner reads it. */
export const records = `${root}node_modules/.cache/touched`;

/** And, beside them, which functions there were. */
export const placesFile = `${root}node_modules/.cache/touched.json`;
