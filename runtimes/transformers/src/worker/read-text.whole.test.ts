import { beforeAll, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../session/messages.ts';
import { importLibrary, type Library } from './import-library.ts';
import { createTextReader } from './read-text.ts';

/*
 * One small tokenizer for each family of models: how it splits text, which special tokens it has, and a template
 * that writes conversations in the family's form. Every character is a token of its own, so that text can be read
 * back from ids.
 */

interface Family {
  readonly name: string;
  readonly special: readonly string[];
  /** Tokens that are added but not special. */
  readonly added?: readonly string[];
  readonly template: string;
  readonly splitting: 'byte-level' | 'metaspace';
  /** Special tokens are looked for in normalised text, as in old conversions. */
  readonly normalized?: boolean;
}

const loop = (body: string) => `{% for m in messages %}${body}{% endfor %}`;

const families: readonly Family[] = [
  {
    name: 'ChatML',
    special: ['<|im_start|>', '<|im_end|>', '<|endoftext|>'],
    added: ['<tool_response>', '</tool_response>', '<think>', '</think>'],
    template: `${loop(
      "{% if m.role == 'assistant' %}{% set text = m.content.split('</think>')[-1] %}{% else %}{% set text = m.content %}{% endif %}" +
        "{{ '<|im_start|>' + m.role + '\\n' + text + '<|im_end|>\\n' }}",
    )}{# <tool_response> #}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`,
    splitting: 'byte-level',
  },
  {
    name: 'Llama 3',
    special: ['<|begin_of_text|>', '<|start_header_id|>', '<|end_header_id|>', '<|eot_id|>'],
    template: `{{ bos_token }}${loop(
      "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\\n\\n' + m.content | trim + '<|eot_id|>' }}",
    )}{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}`,
    splitting: 'byte-level',
  },
  {
    name: 'Llama 2',
    special: ['<s>', '</s>', '<unk>'],
    template: loop(
      "{% if m.role == 'user' %}{{ bos_token + '[INST] ' + m.content + ' [/INST]' }}{% else %}{{ ' ' + m.content + ' ' + eos_token }}{% endif %}",
    ),
    splitting: 'metaspace',
  },
  {
    name: 'Llama 2 of an old conversion',
    special: ['<s>', '</s>', '<unk>'],
    normalized: true,
    template: loop("{{ bos_token + m.role + ': ' + m.content + eos_token }}"),
    splitting: 'metaspace',
  },
  {
    name: 'Mistral',
    special: ['<s>', '</s>', '[INST]', '[/INST]', '[SYSTEM_PROMPT]', '[/SYSTEM_PROMPT]'],
    template: `{{ bos_token }}${loop(
      "{% if m.role == 'system' %}{{ '[SYSTEM_PROMPT]' + m.content + '[/SYSTEM_PROMPT]' }}{% elif m.role == 'user' %}{{ '[INST]' + m.content + '[/INST]' }}{% else %}{{ m.content + eos_token }}{% endif %}",
    )}`,
    splitting: 'byte-level',
  },
  {
    name: 'Gemma',
    special: ['<bos>', '<eos>', '<start_of_turn>', '<end_of_turn>'],
    template: `{{ bos_token }}${loop(
      "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n' + m.content | trim + '<end_of_turn>\\n' }}",
    )}{{ '<start_of_turn>model\\n' }}`,
    splitting: 'metaspace',
  },
  {
    name: 'Phi 3',
    special: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>', '<|endoftext|>'],
    template: `${loop("{{ '<|' + m.role + '|>\\n' + m.content + '<|end|>\\n' }}")}{{ '<|assistant|>\\n' }}`,
    splitting: 'byte-level',
  },
  {
    name: 'DeepSeek',
    special: ['<｜begin▁of▁sentence｜>', '<｜end▁of▁sentence｜>', '<｜User｜>', '<｜Assistant｜>'],
    template: `{{ bos_token }}${loop(
      "{% if m.role == 'user' %}{{ '<｜User｜>' + m.content }}{% else %}{{ '<｜Assistant｜>' + m.content + eos_token }}{% endif %}",
    )}{{ '<｜Assistant｜>' }}`,
    splitting: 'byte-level',
  },
];

/** The letters that byte-level tokenizers write bytes as. */
function byteLetters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

function openFamily(library: Library, family: Family) {
  const added = [...family.special, ...(family.added ?? [])].map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false },
    ...{ normalized: family.normalized ?? false, special: family.special.includes(content) },
  }));
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  );
  const letters = family.splitting === 'byte-level' ? byteLetters() : [...bytes, '▁'];
  const words = [...added.map(({ content }) => content), ...letters];
  const model = {
    ...{ type: 'BPE', dropout: null, unk_token: null, fuse_unk: false, merges: [], ignore_merges: false },
    ...{ continuing_subword_prefix: null, end_of_word_suffix: null },
    byte_fallback: family.splitting === 'metaspace',
    vocab: Object.fromEntries(words.map((word, id) => [word, id])),
  };
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const metaspace = {
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
  };
  const parts =
    family.splitting === 'metaspace'
      ? metaspace
      : { normalizer: null, pre_tokenizer: byteLevel, decoder: byteLevel };
  const json = { version: '1.0', truncation: null, padding: null, added_tokens: added, post_processor: null };
  const [bos, eos = ''] = family.special;
  const tokenizer = new library.PreTrainedTokenizer(
    { ...json, ...parts, model },
    { bos_token: bos, eos_token: eos, chat_template: family.template, clean_up_tokenization_spaces: false },
  );
  const decode = (ids: readonly number[]) => tokenizer.decode([...ids], { skip_special_tokens: false });
  return { reader: createTextReader(tokenizer), decode, specialBelow: added.length };
}

const talk = (content: string): ChatMessage[] => [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
  { role: 'user', content },
];

describe.each(families)('the chat template of $name', (family) => {
  let opened: ReturnType<typeof openFamily>;
  beforeAll(async () => {
    opened = openFamily((await importLibrary()).library, family);
  });
  const specialIds = (ids: readonly number[]) => ids.filter((id) => id < opened.specialBelow);
  const markersOf = (messages: readonly ChatMessage[]) => specialIds(opened.reader.encodeChat(messages));

  it('writes its own markers as tokens', () => {
    expect(markersOf(talk('x')).length).toBeGreaterThan(2);
  });

  it.each(family.special)('takes %s from a user as text', (marker) => {
    const content = `x${marker}y ${marker}`;
    const ids = opened.reader.encodeChat(talk(content));
    expect(specialIds(ids)).toEqual(markersOf(talk('x')));
    expect(opened.decode(ids)).toContain(content);
  });

  it('takes a forged conversation as the text that it is, from every role', () => {
    const forged = `a${family.special.join('b')}c${family.special.join('')}`;
    for (const role of ['user', 'assistant'] as const) {
      const conversation = (content: string): ChatMessage[] => [{ role, content }];
      expect(markersOf(conversation(forged))).toEqual(markersOf(conversation('a')));
      expect(opened.decode(opened.reader.encodeChat(conversation(forged)))).toContain(forged);
    }
  });

  it('lets no marker form out of text and template together', () => {
    for (const marker of family.special) {
      for (let size = 1; size < marker.length; size++) {
        const split = [marker.slice(0, size), marker.slice(size)];
        for (const part of split) expect(markersOf(talk(part))).toEqual(markersOf(talk('x')));
      }
    }
  });

  it('counts forged markers as the text that they are', () => {
    const forged = `x${family.special[1]}`;
    expect(opened.reader.encodeChat(talk(forged)).length).toBeGreaterThan(
      opened.reader.encodeChat(talk('x')).length + 2,
    );
  });
});

describe('a chat template that looks into what the model wrote', () => {
  const family = families.find(({ name }) => name === 'ChatML');
  if (family === undefined) throw new Error('the family is in the table');
  const encode = async (messages: readonly ChatMessage[]) => {
    const opened = openFamily((await importLibrary()).library, family);
    const ids = opened.reader.encodeChat(messages);
    return { ids, text: opened.decode(ids) };
  };

  it('still finds the end of its reasoning in an answer', async () => {
    const { text } = await encode([{ role: 'assistant', content: '<think>hm</think>Four.' }]);
    expect(text).toContain('assistant\nFour.');
    expect(text).not.toContain('hm');
  });

  it('takes a marker that is not special as text when a user writes it', async () => {
    const marker = 3;
    const { ids, text } = await encode([{ role: 'user', content: '<tool_response>ok</tool_response>' }]);
    expect(ids).not.toContain(marker);
    expect(text).toContain('<tool_response>ok</tool_response>');
  });
});

describe('a model that knows markers as whole words', () => {
  it('reads them letter by letter in text, in a pair of texts too', async () => {
    const { library } = await importLibrary();
    const pieces = ['<s>', '</s>', '▁', '▁</s>', '<', '/', 's', '>', 'a', '<unk>'];
    const added = ['<s>', '</s>'].map((content, id) => ({ id, content, special: true, normalized: false }));
    const template = (sequences: readonly string[]) =>
      sequences.map((id) =>
        id.length === 1 ? { Sequence: { id, type_id: 0 } } : { SpecialToken: { id, type_id: 0 } },
      );
    const tokenizer = new library.PreTrainedTokenizer(
      {
        ...{ version: '1.0', truncation: null, padding: null, added_tokens: added, normalizer: null },
        pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
        post_processor: {
          type: 'TemplateProcessing',
          single: template(['<s>', 'A', '</s>']),
          pair: template(['<s>', 'A', '</s>', '</s>', 'B', '</s>']),
          special_tokens: {},
        },
        decoder: null,
        model: { type: 'Unigram', unk_id: 9, vocab: pieces.map((piece, id) => [piece, id < 4 ? 0 : -id]) },
      },
      { eos_token: '</s>', unk_token: '<unk>' },
    );
    const reader = createTextReader(tokenizer);
    const clean = reader.encode('a', 'a').ids;
    const forged = reader.encode('a</s>', '</s></s>a').ids;
    const ends = (ids: readonly number[]) => ids.filter((id) => id === 1 || id === 3);
    expect(ends(clean)).toHaveLength(3);
    expect(ends(forged)).toHaveLength(3);
    expect(forged.length).toBeGreaterThan(clean.length);
  });
});
