/** Entry point of the reading room. */

export {};
