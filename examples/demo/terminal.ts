/** Where the demo writes to. */
export interface Terminal {
  write(text: string): void;
  /** Whether a line can be written over. */
  readonly isInteractive: boolean;
  /** Whether text may be bold. */
  readonly isStyled: boolean;
  /** Characters in a line. */
  readonly columns: number;
}

/** What lines are written to that stay as they are, such as a file or the log of a CI run. */
export function plainTerminal(write: (text: string) => void): Terminal {
  return { write, isInteractive: false, isStyled: false, columns: 80 };
}

/** The terminal that this process runs in, if it does in one. */
export function processTerminal(): Terminal {
  const { stdout, env } = process;
  const isInteractive = stdout.isTTY === true && env.TERM !== "dumb";
  return {
    write: (text) => void stdout.write(text),
    isInteractive,
    isStyled: isInteractive && !env.NO_COLOR,
    columns: stdout.columns || 80,
  };
}

export function bold(text: string, { isStyled }: Terminal): string {
  return isStyled ? `\x1b[1m${text}\x1b[22m` : text;
}
