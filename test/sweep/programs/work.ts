/** Workers as a program: `work.js <connection> <options as JSON>`; SIGTERM has them finish what they have begun. */
import { sweepWorkers } from "evenkeel/sweep";

const workers = sweepWorkers(process.argv[2], JSON.parse(process.argv[3]));
await workers.start();
process.stdout.write("ready\n");
process.once("SIGTERM", () => {
  workers.close().then(() => {
    process.stdout.write("drained\n");
    process.exit(0);
  });
});
