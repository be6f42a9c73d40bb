import { BeelineError, Secret } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import type { BoxKey } from '@beeline/core/secrets';

/** Shorter values are part of ordinary words. */
const shortest = 6;

/** Takes secret values out of what a model server wrote. */
export interface SecretMask {
  mask(assignment: RevisionAssignment, text: string): string;
}

function valuesOf(key: BoxKey, { revision, sealedEnvs = {} }: RevisionAssignment): readonly Secret[] {
  return Object.entries(sealedEnvs)
    .flatMap(([variable, sealed]) => {
      try {
        const value = key.open(sealed, [revision, variable]).reveal();
        // Output comes in lines, so a value of several is looked for line by line.
        return [value, ...value.split(/\r?\n/)];
      } catch (error) {
        if (error instanceof BeelineError && error.code === 'SECRET_UNREADABLE') return []; // no server has it
        throw error;
      }
    })
    .filter((value) => value.length >= shortest)
    .toSorted((a, b) => b.length - a.length)
    .map((value) => new Secret(value));
}

/** Makes a mask that opens the values of an assignment once. */
export function createSecretMask(key: BoxKey): SecretMask {
  const known = new WeakMap<RevisionAssignment, readonly Secret[]>();
  return {
    mask(assignment, text) {
      if (assignment.sealedEnvs === undefined) return text;
      const values = known.get(assignment) ?? valuesOf(key, assignment);
      known.set(assignment, values);
      return values.reduce((clean, value) => clean.replaceAll(value.reveal(), '***'), text);
    },
  };
}
