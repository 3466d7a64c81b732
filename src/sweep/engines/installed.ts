/** An optional package that only Node has a use of. Its name is none that a bundler sees, and so it is never part of a bundle. */
export const installed = <T>(name: string): Promise<T> =>
  import(/* @vite-ignore */ /* webpackIgnore: true */ name) as Promise<T>;
