/**
 * Whether files are forced to the disk, so that they are whole after the machine lost its power. What was acknowledged survives a killed process in any case: the
 * operating system has it. `WEFT_LOCAL_SYNC=off` goes without; tests do, since nobody needs their folders afterwards.
 */
export const survivesPowerLoss = process.env.WEFT_LOCAL_SYNC !== 'off';
