/** Flag, followed by a socket, that starts the engine without a model. */
export const waitFlag = '--wait-on';
/** Answers 200 to GET once a model can be told, and takes one by POST. */
export const claimPath = '/claim';
