import { BeelineError, type Logger } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import { type BoxSealer, createBoxSealer, type KeyRing } from '@beeline/core/secrets';
import type { SecretRow } from '../store/database/tables.ts';
import type { OwnedAssignment } from '../store/models.ts';
import type { Queries } from '../store/open-store.ts';
import { contextOf, envPlace, loadSecrets } from '../store/secrets.ts';
import type { SecretKeys } from './secret-keys.ts';

type Assigned = Pick<OwnedAssignment, 'deployment' | 'assignment'>;

/** The location that is to have values. */
export interface SealTarget {
  readonly location: string;
  /**
   * Its public key; null of a version that has none: it does not get revisions with secret variables, because it
   * would start them without.
   */
  readonly sealFor: string | null;
}

/** Seals the secret values of assignments for the location that is to have them. */
export interface AssignmentSealer {
  seal(
    queries: Queries,
    assigned: readonly Assigned[],
    target: SealTarget,
  ): Promise<readonly RevisionAssignment[]>;
}

const secretIds = ({ template }: RevisionAssignment) => Object.entries(template.runtime.secretEnvs ?? {});

const isCode = (error: unknown, code: 'SECRETS_KEY_MISSING' | 'SECRET_UNREADABLE'): error is BeelineError =>
  error instanceof BeelineError && error.code === code;

/** Makes a sealer, which logs each value that cannot be opened once. */
export function createAssignmentSealer(keys: SecretKeys, logger: Logger): AssignmentSealer {
  const told = new Set<string>();
  const tell = (what: string, text: string) => {
    if (told.has(what)) return;
    told.add(what);
    logger.error({}, text);
  };

  /** Null without any key: the log has said so. */
  function currentRing(): KeyRing | null {
    try {
      return keys.ring();
    } catch (error) {
      if (!isCode(error, 'SECRETS_KEY_MISSING')) throw error;
      tell(error.message, error.message);
      return null;
    }
  }

  function sealOne(
    { deployment, assignment }: Assigned,
    rows: ReadonlyMap<string, SecretRow>,
    ring: KeyRing | null,
    sealer: BoxSealer,
  ): RevisionAssignment {
    const { workspace, model, environment, revision } = assignment;
    const sealed = secretIds(assignment).flatMap(([variable, id]) => {
      const row = rows.get(id);
      if (row === undefined || ring === null) return [];
      try {
        const value = ring.open(row.sealed, contextOf(envPlace(workspace, deployment, variable)));
        return [[variable, sealer.seal(value, [revision, variable])]];
      } catch (error) {
        if (!isCode(error, 'SECRET_UNREADABLE')) throw error;
        const whose = `${variable} of ${workspace}/${model} (${environment})`;
        tell(`${id} ${row.sealed}`, `the secret value ${whose} cannot be opened: ${error.message}`);
        return [];
      }
    });
    return { ...assignment, sealedEnvs: Object.fromEntries(sealed) };
  }

  return {
    async seal(queries, assigned, { location, sealFor }) {
      const ids = assigned.flatMap(({ assignment }) => secretIds(assignment).map(([, id]) => id));
      const plain = assigned.filter(({ assignment }) => secretIds(assignment).length === 0);
      if (sealFor === null || ids.length === 0) {
        const left = assigned.length - plain.length;
        const text = `location ${location} names no key for secret values: upgrade it; until then it does not get the ${left} revisions that have some`;
        if (left > 0) tell(location, text);
        return plain.map(({ assignment }) => assignment);
      }
      const rows = await loadSecrets(queries, ids);
      const ring = currentRing();
      const sealer = createBoxSealer(sealFor);
      return assigned.map((one) =>
        secretIds(one.assignment).length === 0 ? one.assignment : sealOne(one, rows, ring, sealer),
      );
    },
  };
}
