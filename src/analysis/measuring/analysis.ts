import { type OptionRule, optionsOf } from "../../base/optionRules.ts";
import { displayed, type Shown } from "./display.ts";
import type { Cost } from "./loss.ts";
import { finish, finishAsync, type Parts } from "./running.ts";

/** What an analysis finds: its result, but for the kind that the declaration says. */
export type Unnamed<Result> = Omit<Result, "kind">;

/**
 * An analysis, declared once. From this follow the function that runs it, with its checks of options and their defaults; its
 * twin that lets others work; its `estimateCost`; what it calls its result, and what a notebook shows of that.
 */
export interface Analysis {
  /** The public function's name, which messages say. */
  readonly name: string;
  /** What its result says it is. */
  readonly kind: string;
  /** What it is of: the names of the arguments before the options. */
  readonly of: readonly string[];
  /** What each option may be, and its default. */
  readonly rules: Readonly<Record<string, OptionRule>>;
  /** The function of `evenkeel/plot` that draws the result, if there is one. */
  readonly plot?: string;
  /** What a notebook shows of the result, where that is neither a plot nor its numbers as they are. */
  readonly shown?: Shown<never>;
  /** Does it, at once or in parts, with all options. */
  work(where: string, options: never, ...of: never[]): Parts<object> | object;
}

/** An analysis that may take long: in parts, at a cost that can be told beforehand. */
export interface InParts extends Analysis {
  /** The passes that it takes, at most. */
  cost(...sizes: never[]): Cost;
  work(where: string, options: never, ...of: never[]): Parts<object>;
}

type Work<Of extends readonly unknown[], Found extends object> = (
  where: string,
  options: never,
  ...of: Of
) => Parts<Found> | Found;

/** Runs an analysis to its end. */
export function analyse<Kind extends string, Of extends readonly unknown[], Found extends object>(
  { name, kind, rules, plot, shown, work }: Analysis & { readonly kind: Kind; readonly work: Work<Of, Found> },
  options: object | undefined,
  ...of: Of
): Found & { readonly kind: Kind } {
  const settings = optionsOf(name, options, rules);
  const found = work(name, settings as never, ...of);
  return displayed({ kind, ...(isInParts(found) ? finish(found, settings) : found) }, plot, shown);
}

/**
 * The twin of an analysis, which lets others work between its parts.
 *
 * @param _synchronous - the function that runs it: the twin takes what that takes.
 */
export function inBackground<Given extends readonly unknown[], Result>(
  { name, kind, of, rules, plot, work }: InParts,
  _synchronous: (...given: Given) => Result,
): (...given: Given) => Promise<Result> {
  return async (...given) => {
    const where = `${name}Async`;
    const settings = optionsOf(where, given[of.length] as object | undefined, rules);
    const found = await finishAsync(
      work(where, settings as never, ...(given.slice(0, of.length) as never[])),
      settings,
    );
    return displayed({ kind, ...found }, plot) as Result;
  };
}

const isInParts = <Found extends object>(found: Parts<Found> | Found): found is Parts<Found> => "next" in found;
