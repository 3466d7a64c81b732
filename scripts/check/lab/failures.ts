/** What was found wrong, all of it. */
export const failures: string[] = [];

/** Notes what is wrong, if it is. */
export function check(isRight: boolean, what: string): void {
  if (!isRight) failures.push(what);
}
