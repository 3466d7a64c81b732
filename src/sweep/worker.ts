/**
 * What threads run: dist/sweep/worker.js, which is no entry of the package. Piscina takes the function by its name, BullMQ as the
 * default of its file.
 */
import { inheritLoader } from "./engines/inheritLoader.ts";
import type { Answer, Job } from "./engines/job.ts";
import { runJob } from "./engines/runJob.ts";

inheritLoader();

const runSent = ({ data }: { readonly data: Job }): Promise<Answer> => runJob(data);

// biome-ignore lint/style/noDefaultExport: BullMQ looks for nothing else
export { runJob, runSent as default };
