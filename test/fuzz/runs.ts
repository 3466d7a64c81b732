/**
 * How many cases a fuzz test has: `FUZZ=1000000 npm run fuzz` for that many in all its tests together; by default the ten thousand
 * and more of CI. fast-check prints the seed of what fails.
 */
const asked = Number(process.env.FUZZ ?? 0);

/** The cases of one test, of which `usual` are those of CI. */
export const numRuns = (usual: number): number => (asked > 0 ? Math.ceil((usual / total) * asked) : usual);

/** The cases of CI: those of this folder, of the lab, of six readers of files, and of PyTorch's. */
const total = 4000 + 1500 + 800 + 2500 + 3000 + 4 * 300 + 12 + 6 * (2000 + 500) + 5 * 1000 + 3000;

/** Milliseconds that a test may take. */
export const patience = Math.max(120_000, asked * 20);
