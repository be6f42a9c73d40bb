import type { PreTrainedTokenizer } from '@huggingface/transformers';
import type { ChatMessage } from '../session/messages.ts';
import { compileMarkers, createMarkerMask, type MarkerMask, type Markers } from './mask-markers.ts';

/** The tokenizer below the library's: what becomes of text is decided there. */
type TokenizerCore = PreTrainedTokenizer['_tokenizer'];

/** Turns texts of callers into tokens. What a caller writes is text; only templates write special tokens. */
export interface TextReader {
  /** Ids of one text, or of a pair of texts, between the special tokens that the model puts around it. */
  encode(text: string, pair: string | null): { readonly ids: number[]; readonly types: number[] };
  /**
   * Ids of a conversation in the model's chat template.
   * @throws Error of the template, in the caller's words, when the messages do not fit it.
   */
  encodeChat(messages: readonly ChatMessage[]): number[];
}

interface AddedToken {
  readonly content: string;
  readonly special: boolean;
  readonly normalized: boolean;
}

function templateOf(tokenizer: PreTrainedTokenizer): string {
  const template: unknown = tokenizer.chat_template;
  return typeof template === 'string' ? template : JSON.stringify(template ?? '');
}

/**
 * A marker that is only looked for after normalisation cannot be told from text that normalisation makes equal to
 * it: such markers are looked for before, which needs a tokenizer of its own.
 */
function lookForMarkersFirst(tokenizer: PreTrainedTokenizer, markers: ReadonlySet<string>): void {
  const core = tokenizer._tokenizer;
  const late = [...core.get_added_tokens_decoder().values()].some(
    ({ content, normalized }) => normalized && markers.has(content),
  );
  if (!late || core.normalizer === null) return;
  const json = tokenizer._tokenizerJSON as { readonly added_tokens: readonly AddedToken[] };
  const added = json.added_tokens.map((token) =>
    markers.has(token.content) ? { ...token, normalized: false } : token,
  );
  const Core = core.constructor as new (json: object, config: object) => TokenizerCore;
  tokenizer._tokenizer = new Core({ ...json, added_tokens: added }, tokenizer._tokenizerConfig);
}

/** Words that a model might know as a whole although text spells them: they are cut after their first character. */
function cutMarkers(words: readonly string[], markers: Markers): string[] {
  return words.flatMap((word) => {
    const found = markers.list.find((marker) => word.includes(marker));
    if (found === undefined) return [word];
    const cut = word.indexOf(found) + 1;
    return [word.slice(0, cut), ...cutMarkers([word.slice(cut)], markers)];
  });
}

/**
 * Puts hidden markers back between the two looks that a tokenizer takes at a text: the first finds markers, the
 * second, into which the text goes by its normaliser and its splitter into words, knows text only.
 */
function showBeforeReading(core: TokenizerCore, markers: Markers, current: () => MarkerMask | null): void {
  const { normalizer, pre_tokenizer: splitter } = core;
  const normalize = (text: string): string => {
    const shown = current()?.show(text) ?? text;
    return normalizer === null ? shown : normalizer(shown);
  };
  const split = (text: string, options: unknown): string[] => {
    const words = splitter === null ? [text] : splitter(text, options);
    return current() === null ? words : cutMarkers(words, markers);
  };
  core.normalizer = normalize as unknown as TokenizerCore['normalizer'];
  core.pre_tokenizer = split as unknown as TokenizerCore['pre_tokenizer'];
}

/** Makes the reader of a tokenizer, which nothing else may use for texts of callers from then on. */
export function createTextReader(tokenizer: PreTrainedTokenizer): TextReader {
  const template = templateOf(tokenizer);
  const added: readonly AddedToken[] = [...tokenizer._tokenizer.get_added_tokens_decoder().values()];
  const special = added.filter((token) => token.special);
  const written = added.filter((token) => token.special || template.includes(token.content));
  const contents = (tokens: readonly AddedToken[]) => tokens.map(({ content }) => content).filter(Boolean);
  const specialMarkers = compileMarkers(contents(special));
  /** What stands in the template means something there, special or not. */
  const templateMarkers = compileMarkers(contents(written));
  lookForMarkersFirst(tokenizer, new Set(templateMarkers.list));
  let mask: MarkerMask | null = null;
  showBeforeReading(tokenizer._tokenizer, templateMarkers, () => mask);

  function masked<T>(texts: readonly string[], work: (mask: MarkerMask) => T): T {
    const own = createMarkerMask(texts);
    mask = own;
    try {
      return work(own);
    } finally {
      mask = null;
    }
  }

  return {
    encode(text, pair) {
      return masked([text, pair ?? ''], (own) => {
        const hidden = own.hide(text, specialMarkers);
        const encoded = tokenizer(hidden, {
          text_pair: pair === null ? null : own.hide(pair, specialMarkers),
          return_tensor: false,
          return_token_type_ids: true,
        });
        const ids = encoded.input_ids;
        return { ids, types: encoded.token_type_ids ?? ids.map(() => 0) };
      });
    },
    encodeChat(messages) {
      const texts = messages.flatMap(({ content, name }) => [content, name ?? '']);
      return masked(texts, (own) => {
        const hidden = messages.map(({ role, content, name }) => {
          // What the model itself wrote has markers of its own that templates look into, such as those of its reasoning.
          const markers = role === 'assistant' ? specialMarkers : templateMarkers;
          return {
            role,
            content: own.hide(content, markers),
            ...(name === undefined ? {} : { name: own.hide(name, templateMarkers) }),
          };
        });
        try {
          const options = { add_generation_prompt: true, return_dict: false, return_tensor: false } as const;
          return tokenizer.apply_chat_template(hidden, options);
        } catch (error) {
          throw new Error(own.show(error instanceof Error ? error.message : String(error)));
        }
      });
    },
  };
}
