// The parts of a zip file by their signatures (PKWARE's APPNOTE.TXT, 4.3), and their bytes without names and what else is added.
export const [localHeader, centralHeader, end] = [0x04034b50, 0x02014b50, 0x06054b50];
export const [localLength, centralLength, endLength] = [30, 46, 22];
