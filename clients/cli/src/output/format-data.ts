import { escapeJsonControls, escapeYamlControls, hasControls } from '@beeline/core/base';
import { Document, type Scalar, visit } from 'yaml';
import { lines, type Shown } from '../terminal/show.ts';

/** Only texts in double quotes can have escapes. */
function quoteControls(document: Document): void {
  visit(document, {
    Scalar(_key, node: Scalar) {
      if (typeof node.value === 'string' && hasControls(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
}

function formatYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  quoteControls(document);
  return document.toString({ lineWidth: 0 }).trimEnd();
}

/**
 * A value as JSON or YAML for programs and for applying again, without a line end. What would act on a terminal is
 * escaped as the format does it, so that reading it gives the same value.
 */
export function formatData(value: unknown, format: 'json' | 'yaml'): Shown {
  if (format === 'yaml') return lines(escapeYamlControls(formatYaml(value)));
  return lines(escapeJsonControls(JSON.stringify(value, null, 2)));
}

/** A value as JSON in one line. */
export const formatJsonLine = (value: unknown): Shown => lines(escapeJsonControls(JSON.stringify(value)));
