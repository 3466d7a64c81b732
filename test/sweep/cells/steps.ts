/** For training.ts: what a cell imports is part of its code. */
export const steps = 5;
