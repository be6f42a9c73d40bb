import { describe, expect, it } from 'vitest';
import { substituteVariables } from './substitute-variables.ts';

const lookups = {
  variable: (name: string) => ({ NAME: 'value', EMPTY: '', secrets: 'odd' })[name],
  secret: (name: string) => ({ TOKEN: 'hush' })[name],
};

describe('substituteVariables', () => {
  it.each([
    ['$NAME', 'value'],
    ['a/$NAME/b', 'a/value/b'],
    ['$NAME.txt', 'value.txt'],
    [`a\${NAME}b`, 'avalueb'],
    [`\${NAME:other}`, 'value'],
    [`\${OTHER:other one}`, 'other one'],
    [`\${OTHER:}`, ''],
    [`\${EMPTY:other}`, ''],
    ['$secrets.TOKEN', 'hush'],
    [`Bearer \${secrets.TOKEN}`, 'Bearer hush'],
    [`\${secrets.OTHER:none}`, 'none'],
    ['$secrets', 'odd'],
    ['$$NAME costs 5$', '$NAME costs 5$'],
    [`$1 \${} \${a-b} $`, `$1 \${} \${a-b} $`],
  ])('turns %s into %s', (text, expected) => {
    expect(substituteVariables(text, lookups)).toMatchObject({
      text: expected,
      unset: [],
      missingSecrets: [],
    });
  });

  it('leaves what has no value and names it', () => {
    expect(substituteVariables(`$OTHER \${OTHER2} $secrets.NONE \${secrets.NONE2}`, lookups)).toEqual({
      text: `$OTHER \${OTHER2} $secrets.NONE \${secrets.NONE2}`,
      unset: ['OTHER', 'OTHER2'],
      missingSecrets: ['NONE', 'NONE2'],
      secretValues: [],
    });
  });

  it('tells which values are secret, and never looks into a value again', () => {
    const nested = { variable: () => '$NAME', secret: () => '$NAME' };
    expect(substituteVariables('$A $secrets.B', nested)).toMatchObject({
      text: '$NAME $NAME',
      secretValues: ['$NAME'],
    });
  });
});
