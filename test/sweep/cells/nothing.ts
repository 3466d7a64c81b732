/** A module without a cell. */
export const other = 1;
