/** A line that says how far a sweep has come and how long it will take, written over itself where that can be done. */
export function progressLine(
  write: (text: string) => void,
  isTerminal: boolean,
): { readonly tell: (done: number, total: number) => void; readonly end: () => void } {
  const begun = performance.now();
  let [first, shownAt, last] = [-1, 0, ""];
  const show = () => write(isTerminal ? `\r${last}` : `${last}\n`);
  return {
    tell(done, total) {
      if (first < 0) first = done - 1; // what was there before took no time
      const now = performance.now();
      const seconds = (now - begun) / 1000;
      const left = Math.round((seconds / (done - first)) * (total - done));
      const rate = Number(((done - first) / seconds).toPrecision(2));
      last = `${done}/${total} cells  ${Math.floor((100 * done) / total)} %  ${rate} a second  ${timeOf(left)} left  `;
      if (now - shownAt < (isTerminal ? 100 : 5000) && done < total) return;
      shownAt = now;
      show();
    },
    end() {
      if (isTerminal && last !== "") write("\n");
    },
  };
}

/** Seconds as they are read: 0:07, 1:02:03. */
function timeOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
