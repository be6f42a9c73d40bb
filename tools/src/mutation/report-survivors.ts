import type { Mutant } from './find-mutants.ts';

export interface Judged {
  readonly mutant: Mutant;
  /** What it says instead of what. */
  readonly change: string;
  /** The sentence that it breaks; null when it survived. */
  readonly killedBy: string | null;
  /** Whether any test gets to it. */
  readonly reached: boolean;
}

export interface Score {
  readonly folder: string;
  readonly mutants: number;
  readonly killed: number;
  /** Percent that were killed, with one decimal. */
  readonly percent: number;
}

const oneLine = (text: string) => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
};

/** What the mutant changes, in one line. */
export function describeChange(text: string, { start, end, replacement }: Mutant): string {
  const after = replacement === ';' ? 'removed' : oneLine(replacement.replace(' as never', ''));
  return `${oneLine(text.slice(start, end))}  →  ${after}`;
}

/** The score of each folder, a path's own or one above it. */
export function scoreFolders(folders: readonly string[], judged: readonly Judged[]): readonly Score[] {
  return folders.map((folder) => {
    const inside = judged.filter(
      ({ mutant }) => mutant.path === folder || mutant.path.startsWith(`${folder}/`),
    );
    const killed = inside.filter(({ killedBy }) => killedBy !== null).length;
    const percent = inside.length === 0 ? 100 : Math.round((1_000 * killed) / inside.length) / 10;
    return { folder, mutants: inside.length, killed, percent };
  });
}

/** A survivor's place and change. */
export function renderSurvivor({ mutant, change, reached }: Judged): string {
  return `${mutant.path}:${mutant.line}  ${change}${reached ? '' : '  (no test gets there)'}`;
}

/** The survivors as lines of text, and the score of each folder. */
export function renderReport(judged: readonly Judged[], scores: readonly Score[]): string {
  const lines = judged.filter(({ killedBy }) => killedBy === null).map(renderSurvivor);
  const totals = scores.map(
    ({ folder, mutants, killed, percent }) => `${folder}: ${percent} % (${killed} of ${mutants} killed)`,
  );
  return [...lines, ...(lines.length > 0 ? [''] : []), ...totals].join('\n');
}
