/** Behind white letters, in both themes: something is not as usual, and stays so until it is taken back. */
export const attention = "#8a4b00";
